package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/admin"
)

func decoded[T any](t *testing.T, text string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func TestCreditsAreShownAndAddedWithAServerAndWithout(t *testing.T) {
	for name, p := range places(t) {
		t.Run(name, func(t *testing.T) {
			shown := func(want string) {
				t.Helper()
				out, _ := p.do(t, "credits", "show", "ADA")
				if !regexp.MustCompile(`^user       ada\nplan       standard\ncredits    ` + want + `\nnext reset \d{4}-\d\d-01 00:00 UTC\n$`).MatchString(out) {
					t.Errorf("got %s", out)
				}
			}
			shown(`30 \(30 granted, 0 purchased\)`)
			if out, _ := p.do(t, "credits", "list", "ada"); out != "Nothing has changed the credits of ada yet.\n" {
				t.Errorf("got %s", out)
			}
			if out, said := p.do(t, "credits", "add", "ada", "7", "--note", "a gift"); out != "7 credits are added to those of ada, who has 37 now.\n" || said != "" {
				t.Errorf("got %s%s", out, said)
			}
			if out, _ := p.do(t, "credits", "add", "ada", "1"); out != "1 credit is added to those of ada, who has 38 now.\n" {
				t.Errorf("got %s", out)
			}
			shown(`38 \(30 granted, 8 purchased\)`)
			out, _ := p.do(t, "credits", "show", "ada", "--json")
			b := decoded[admin.Balance](t, out)
			if b.User != "ada" || b.Plan != "standard" || b.Available != 38 || b.Granted != 30 || b.Purchased != 8 || b.Unlimited || b.NextReset.Day() != 1 {
				t.Errorf("got %+v", b)
			}
			out, said := p.do(t, "credits", "list", "ada", "--limit", "1")
			if !regexp.MustCompile(`^NUMBER +WHEN +ENTRY +AMOUNT +BALANCE +PRICE +JOB +NOTE\n +2 +\d{4}-\d\d-\d\d \d\d:\d\d +purchase +\+1 +8 +by \S+\n$`).MatchString(out) {
				t.Errorf("got %s", out)
			}
			if said != fmt.Sprintf("With what this month brings, which is entered when ada next comes, the balance is 38.\nThere are older ones: `filmloom --data %s credits list ada --before 2`.\n", p.dir) {
				t.Errorf("it says %s", said)
			}
			out, said = p.do(t, "credits", "list", "ada", "--before", "2")
			if !strings.Contains(out, " +7 ") || !strings.Contains(out, "a gift, by ") || strings.Contains(out, " +1 ") || said != "" {
				t.Errorf("got %s%s", out, said)
			}
			out, _ = p.do(t, "credits", "list", "ada", "--json")
			list := decoded[[]admin.CreditEntry](t, out)
			if len(list) != 2 || list[0].Number != 2 || list[1].Amount != 7 || list[1].Kind != "purchase" || list[1].Note != "a gift" || list[1].By == "" || list[1].Job != nil || !strings.Contains(out, `"job_id": null`) {
				t.Errorf("got %s", out)
			}
			if out, _ := p.do(t, "credits", "list", "ada", "--json", "--before", "1"); out != "[]\n" {
				t.Errorf("got %s", out)
			}
		})
	}
}

func TestTheSameCreditsAreAddedOnceUnderOneKey(t *testing.T) {
	for name, p := range places(t) {
		t.Run(name, func(t *testing.T) {
			add := []string{"credits", "add", "ada", "30", "--note", "invoice 42", "--idempotency-key", "invoice-42"}
			first, _ := p.do(t, append(add, "--json")...)
			if got := decoded[admin.AddedCredits](t, first); got.Available != 60 || got.Purchased != 30 || got.Again || got.Entry.Amount != 30 || got.Entry.Note != "invoice 42" {
				t.Errorf("got %+v", got)
			}
			again, _ := p.do(t, append(add, "--json")...)
			if again != strings.Replace(first, `"again": false`, `"again": true`, 1) {
				t.Errorf("got %s\nfirst %s", again, first)
			}
			if out, _ := p.do(t, add...); out != "30 credits are added to those of ada before, under the same key; nothing has been added now.\n" {
				t.Errorf("got %s", out)
			}
			// Another amount under the key is a mistake; another user has keys of their own.
			code, out, said := spoken(t, "credits", "add", "ada", "31", "--note", "invoice 42", "--idempotency-key", "invoice-42", "--data", p.dir)
			if code != exitUsage || out != "" || !strings.Contains(said, "was used to add other credits to this user") {
				t.Errorf("exit code %d\n%s%s", code, out, said)
			}
			p.do(t, "user", "add", "bob", "--generate", "--plan", "enterprise")
			out, _ = p.do(t, "credits", "add", "bob", "30", "--note", "invoice 42", "--idempotency-key", "invoice-42")
			if out != "30 credits are added to those of bob, who has 30 now. The plan enterprise is unlimited, and takes none.\n" {
				t.Errorf("got %s", out)
			}
			if out, _ := p.do(t, "credits", "show", "bob"); !strings.Contains(out, "plan       enterprise, unlimited: films take no credits\n") {
				t.Errorf("got %s", out)
			}
			if out, _ := p.do(t, "credits", "show", "ada", "--json"); decoded[admin.Balance](t, out).Available != 60 {
				t.Errorf("got %s", out)
			}
		})
	}
}

// Without a server, what plans grant is as the settings say.
func TestCreditsWithoutAServerAreAsTheSettingsSay(t *testing.T) {
	p := places(t)["without"]
	t.Setenv("FILMLOOM_PLAN_STANDARD_CREDITS", "12")
	if out, _ := p.do(t, "credits", "show", "ada"); !strings.Contains(out, "credits    12 (12 granted, 0 purchased)\n") {
		t.Errorf("got %s", out)
	}
	t.Setenv("FILMLOOM_LISTEN", "nowhere")
	code, out, said := spoken(t, "credits", "show", "ada", "--data", p.dir)
	if code != exitUsage || out != "" || !strings.Contains(said, "FILMLOOM_LISTEN") {
		t.Errorf("exit code %d\n%s%s", code, out, said)
	}
}
