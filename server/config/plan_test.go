package config_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/config"
)

func TestWhatAPlanHasIsGivenByFlagsVariablesAndBlocksEachOnItsOwn(t *testing.T) {
	c, err := load(t,
		[]string{"--config=x.hcl", "--plan=free.credits=10, free.watermark=false", "--plan", "enterprise.rate_limit_minute=7"},
		[]string{"FILMLOOM_PLAN_FREE_CREDITS=11", "FILMLOOM_PLAN_FREE_SECONDS=90", "FILMLOOM_RATE_LIMIT_MINUTE=8", "FILMLOOM_RATE_LIMIT_DAY=80"},
		files{"x.hcl": `
plan "free" {
  credits    = 12
  seconds    = 100
  characters = 0
  quality    = "1080p"
}
plan pro {
  credits = "unlimited"
}
plan "enterprise" {
  rate_limit_minute = 9
  rate_limit_day    = 90
  credits           = 5000
}
`})
	if err != nil {
		t.Fatal(err)
	}
	free := config.Plan{RateLimitMinute: 10, RateLimitDay: 100, Credits: 10, Seconds: 90, Quality: "1080p"}
	enterprise := config.Plan{RateLimitMinute: 7, RateLimitDay: 80, Credits: 5000, Seconds: 600, Quality: "1080p", Characters: 10, Priority: 3}
	pro := config.Default().Pro
	pro.Credits = config.Unlimited
	if c.Free != free || c.Pro != pro || c.Enterprise != enterprise || c.Standard != config.Default().Standard {
		t.Errorf("got %+v\n%+v\n%+v\n%+v", c.Free, c.Standard, c.Pro, c.Enterprise)
	}
	for name, want := range map[string]string{
		"plan.free.credits": "--plan=free.credits", "plan.free.watermark": "--plan=free.watermark", "plan.free.seconds": "FILMLOOM_PLAN_FREE_SECONDS",
		"plan.free.characters": "x.hcl:5", "plan.pro.credits": "x.hcl:9", "plan.enterprise.rate_limit_minute": "--plan=enterprise.rate_limit_minute",
		"plan.enterprise.rate_limit_day": "FILMLOOM_RATE_LIMIT_DAY", "rate_limit_day": "FILMLOOM_RATE_LIMIT_DAY", "plan.free.priority": "default",
	} {
		if got := c.Origin(name).String(); got != want {
			t.Errorf("%s is from %s, want %s", name, got, want)
		}
	}
}

func TestTheLimitsOfEnterpriseHaveAnOlderNameThatMeansTheSame(t *testing.T) {
	for what, row := range map[string]struct {
		args, environ []string
		file, from    string
	}{
		"a flag":                     {args: []string{"--rate-limit-minute=7"}, from: "--rate-limit-minute"},
		"a flag of plans":            {args: []string{"--plan=enterprise.rate_limit_minute=7"}, from: "--plan=enterprise.rate_limit_minute"},
		"a variable":                 {environ: []string{"FILMLOOM_RATE_LIMIT_MINUTE=7"}, from: "FILMLOOM_RATE_LIMIT_MINUTE"},
		"a variable of plans":        {environ: []string{"FILMLOOM_PLAN_ENTERPRISE_RATE_LIMIT_MINUTE=7"}, from: "FILMLOOM_PLAN_ENTERPRISE_RATE_LIMIT_MINUTE"},
		"a line":                     {file: "rate_limit_minute = 7", from: "x.hcl:1"},
		"a block":                    {file: "plan \"enterprise\" {\nrate_limit_minute = 7\n}", from: "x.hcl:2"},
		"a flag over a block":        {args: []string{"--rate-limit-minute=7"}, file: "plan \"enterprise\" {\nrate_limit_minute = 8\n}", from: "--rate-limit-minute"},
		"a flag of plans over those": {args: []string{"--plan=enterprise.rate_limit_minute=7"}, environ: []string{"FILMLOOM_RATE_LIMIT_MINUTE=8"}, file: "rate_limit_minute = 9", from: "--plan=enterprise.rate_limit_minute"},
	} {
		c, err := load(t, append(row.args, "--config=x.hcl"), row.environ, files{"x.hcl": row.file})
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if got := c.Origin("rate_limit_minute").String(); c.RateLimitMinute != 7 || c.Enterprise.RateLimitMinute != 7 || got != row.from || len(c.Warnings) > 0 {
			t.Errorf("%s: %d from %s, %q", what, c.RateLimitMinute, got, c.Warnings)
		}
	}
}

// Every sentence names the plan, what of it, and what is allowed, at the place where it is to be mended.
func TestAPlanThatCannotBeIsRefusedInOneSentence(t *testing.T) {
	const most = "from 0 to 1000000000, or \"unlimited\"."
	for _, row := range []struct{ of, text, want string }{
		{"seconds", "601", "must be a whole number from 5 to 600."},
		{"seconds", "4", "must be a whole number from 5 to 600."},
		{"seconds", "60.5", "must be a whole number"},
		{"credits", "-1", "must be a whole number " + most},
		{"credits", "1000000001", "must be a whole number " + most},
		{"credits", "none", "must be a whole number " + most},
		{"characters", "11", "must be a whole number from 0 to 10."},
		{"priority", "4", "must be a whole number from 0 to 3."},
		{"quality", "4k", "must be 720p or 1080p."},
		{"watermark", "maybe", "must be true or false."},
		{"rate_limit_minute", "0", "must be a whole number from 1 to 1000000000."},
		{"rate_limit_day", "0", "must be a whole number from 1 to 1000000000."},
	} {
		variable := "FILMLOOM_PLAN_STANDARD_" + strings.ToUpper(row.of)
		for by, got := range map[string][]string{
			"--plan=standard." + row.of: problems(t, []string{"--plan=standard." + row.of + "=" + row.text}, nil, nil),
			variable:                    problems(t, nil, []string{variable + "=" + row.text}, nil),
			"plan.standard." + row.of + " in x.hcl:2": problems(t, []string{"--config=x.hcl"}, nil, files{"x.hcl": line("plan.standard."+row.of, row.text)}),
		} {
			if len(got) != 1 || !strings.HasPrefix(got[0], by+" "+row.want) {
				t.Errorf("%s by %s: got %q", row.of, by, got)
			}
		}
	}
}

func TestUnknownPlansAndWhatIsGivenTwiceAreRefused(t *testing.T) {
	for _, row := range []struct {
		args, environ []string
		file          string
		want          string
	}{
		{file: `plan "fre" { }`, want: "x.hcl:1: The block names no plan; there are free, standard, pro and enterprise; did you mean free?"},
		{file: `plan "gold" { }`, want: "x.hcl:1: The block names no plan; there are free, standard, pro and enterprise."},
		{file: `plan "" { }`, want: "x.hcl:1: The block names no plan"},
		{file: `plan { credits = 1 }`, want: `x.hcl:1: The block of a plan has its name and nothing else before the brace: plan "free" {.`},
		{file: `plan "free" "pro" { }`, want: "x.hcl:1: The block of a plan has its name and nothing else"},
		{file: "plan \"free\" {\n  credit = 1\n}", want: "x.hcl:2: credit names nothing that a plan has; there are rate_limit_minute, rate_limit_day, credits, seconds, quality, watermark, characters and priority; did you mean credits?"},
		{file: "plan \"free\" {\n  rate { }\n}", want: "x.hcl:2: The block of a plan has lines like credits = 10, and no blocks."},
		{file: "plan \"free\" {\n}\nplan \"pro\" {\n}\nplan \"free\" {\n}", want: "x.hcl:5: The plan free has a block in line 1 already; make one of the two."},
		{file: "plan \"free\" {\n  credits = 1\n  credits = 2\n}", want: "x.hcl:3: Attribute redefined"},
		{file: "plan \"free\" {\n  credits = unlimited\n}", want: `plan.free.credits in x.hcl:2 must be 0 to 1000000000, or "unlimited".`},
		{file: "plan \"free\" {\n  credits = [1]\n}", want: "plan.free.credits in x.hcl:2 must be one value, not a list."},
		{file: "plan = { free = { credits = 1 } }", want: "x.hcl:1: There is no setting plan"},
		{file: "credits = 1", want: "x.hcl:1: There is no setting credits"},
		{file: "rate_limit_day = 7000\nplan \"enterprise\" {\n  rate_limit_day = 8000\n}", want: "x.hcl:3: rate_limit_day and plan.enterprise.rate_limit_day are both set; leave one of them out."},
		{args: []string{"--plan=gold.credits=1"}, want: "--plan names no plan; there are free, standard, pro and enterprise."},
		{args: []string{"--plan=free.second=9"}, want: "--plan names nothing that a plan has; there are rate_limit_minute, "},
		{args: []string{"--plan=free.credits"}, want: "--plan must be written like free.credits=10"},
		{args: []string{"--plan=credits=10"}, want: "--plan must be written like free.credits=10"},
		{args: []string{"--plan=free.credits="}, want: "--plan=free.credits must be a whole number"},
		{args: []string{"--plan=free.credits=1", "--plan=free.credits=2"}, want: "--plan=free.credits is set twice, by --plan=free.credits as well; leave one of them out."},
		{args: []string{"--plan=enterprise.rate_limit_day=7000", "--rate-limit-day=8000"}, want: "--plan=enterprise.rate_limit_day is set twice, by --rate-limit-day as well; leave one of them out."},
		{environ: []string{"FILMLOOM_PLAN_ENTERPRISE_RATE_LIMIT_DAY=7000", "FILMLOOM_RATE_LIMIT_DAY=8000"}, want: "FILMLOOM_PLAN_ENTERPRISE_RATE_LIMIT_DAY and FILMLOOM_RATE_LIMIT_DAY are both set; unset one of them."},
		{args: []string{"--plan=free.rate_limit_minute=101"}, want: "plan.free.rate_limit_day is less than --plan=free.rate_limit_minute; a day must allow at least what a minute does."},
	} {
		got := problems(t, append(row.args, "--config=x.hcl"), row.environ, files{"x.hcl": row.file})
		if len(got) != 1 || !strings.HasPrefix(got[0], row.want) {
			t.Errorf("%q %q %q: got %q", row.args, row.environ, row.file, got)
		}
	}
}

func TestAPlanThatIsProbablyNotMeantIsAWarning(t *testing.T) {
	for environ, want := range map[string]string{
		"FILMLOOM_PLAN_FREE_SECONDS=59": "FILMLOOM_PLAN_FREE_SECONDS is less than 60, which is what every film of the Video API has at least: accounts of the free plan can make none with it.",
		"FILMLOOM_PLAN_FREE_CREDIT=1":   "The environment variable FILMLOOM_PLAN_FREE_CREDIT is not used: there is no such setting; did you mean FILMLOOM_PLAN_FREE_CREDITS?",
		"FILMLOOM_DEFAULT_PLAN=free FILMLOOM_PLAN_FREE_CREDITS=unlimited FILMLOOM_REGISTRATION=1": "FILMLOOM_REGISTRATION lets everybody make an account, and new accounts are on the free plan, whose credits are unlimited",
		"FILMLOOM_PLAN_ENTERPRISE_CREDITS=100 FILMLOOM_REGISTRATION=1":                            "",
	} {
		c, err := load(t, nil, strings.Fields(environ), nil)
		if err != nil {
			t.Errorf("%s: %v", environ, err)
			continue
		}
		if want == "" && len(c.Warnings) > 0 || want != "" && (len(c.Warnings) != 1 || !strings.HasPrefix(c.Warnings[0], want)) {
			t.Errorf("%s: got %q", environ, c.Warnings)
		}
	}
}

func TestThePlansAreWrittenAsBlocks(t *testing.T) {
	c, err := load(t, nil, []string{"FILMLOOM_PLAN_FREE_CREDITS=unlimited"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	for _, want := range []string{`plan "free" {`, `credits = "unlimited" # FILMLOOM_PLAN_FREE_CREDITS`, `plan "enterprise" {`, `rate_limit_minute = 6000 # default`, `quality = "720p" # default`} {
		if !slices.Contains(lines, want) {
			t.Errorf("there is no line %s in\n%s", want, b.String())
		}
	}
}
