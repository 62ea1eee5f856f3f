package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/web"
)

func TestABodyOfCountlessValuesIsRefusedBeforeItIsRead(t *testing.T) {
	const most = 100_000
	for what, row := range map[string]struct {
		text string
		want bool
	}{
		"many":                    {"[" + strings.Repeat("0,", 2*most) + "0]", true},
		"many lists":              {strings.Repeat("[", 3*most), true},
		"many objects":            {"[" + strings.Repeat("{},", most) + "{}]", true},
		"a long text":             {`{"a":"` + strings.Repeat(`,[{\"`, most) + `"}`, false},
		"a long text at its end":  {`{"a":"` + strings.Repeat(`\\`, most) + `","b":[]}`, false},
		"a few with much space":   {"[0" + strings.Repeat(" ", 3*most) + ",1]", false},
		"as many as there may be": {"[" + strings.Repeat("0,", most-1) + "  0]" + strings.Repeat(" ", most), false},
	} {
		if got := web.Crowded([]byte(row.text)); got != row.want {
			t.Errorf("%s: %v", what, got)
		}
	}
	r := setUp(t, web.SiteConfig{}, nil)
	r.echo(known("POST", "/notes"))
	_, token := r.user("ann")
	got := r.do("POST", "/t/notes", `{"text":[`+strings.Repeat("0,", 2*most)+`0]}`, jsonBody, "Authorization: Bearer "+token)
	if f := got.failure(t); got.status != 400 || f.Text != "body: has too many values" {
		t.Errorf("%d %.200q", got.status, got.body)
	}
}

func TestHowLargeABodyMayBeDependsOnWhoSendsItAndForWhat(t *testing.T) {
	const site = 3 << 20
	r := setUp(t, web.SiteConfig{MaxBody: site}, nil)
	r.echo(open("POST", "/strangers"))
	r.echo(known("POST", "/usual"))
	large := known("POST", "/large")
	large.MaxBodyBytes = 2 << 20
	r.echo(large)
	largest := known("POST", "/largest")
	largest.MaxBodyBytes = 1 << 40
	r.echo(largest)
	_, token := r.user("ann")
	for path, most := range map[string]int{"strangers": web.StrangersBody, "usual": web.UsualBody, "large": 2 << 20, "largest": site} {
		body := `{"text": "a"}`
		body += strings.Repeat(" ", most-len(body))
		for _, key := range []string{"X: y", "Idempotency-Key: " + path} {
			if got := r.do("POST", "/t/"+path, body+" ", jsonBody, "Authorization: Bearer "+token, key); got.status != 413 {
				t.Errorf("%s: a byte more: %d %.100q", path, got.status, got.body)
			}
			if got := r.do("POST", "/t/"+path, body, jsonBody, "Authorization: Bearer "+token, key); got.status != 200 {
				t.Errorf("%s: as many: %d %.100q", path, got.status, got.body)
			}
		}
	}
}

// Sixteen megabytes take longer than five seconds on most lines.
func TestWhoIsKnownMayTakeAMinuteToSendABody(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.echo(open("POST", "/strangers"))
	r.echo(known("POST", "/usual"))
	quick := known("POST", "/quick")
	quick.BodyReadTimeout = time.Second
	r.echo(quick)
	for path, want := range map[string]time.Duration{"strangers": 5 * time.Second, "usual": time.Minute, "quick": time.Second} {
		if got := r.api.OpenAPI().Paths["/"+path]; got == nil || got.Post.BodyReadTimeout != want {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

// Where the names of a form are its client's mistake, they may be what must not be shown.
func TestJSONThatIsSentAsAFormIsNotShown(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	handleLogin(r)
	for _, body := range []string{`{"name": "ann", "password": "` + secret + `"}`, ` {"a": "` + secret + `=&b"}`} {
		got := r.do("POST", "/t/login", body, "Content-Type: application/x-www-form-urlencoded")
		if got.status != 400 || strings.Contains(got.body, secret) || !strings.Contains(got.body, "is JSON") {
			t.Errorf("%d %q", got.status, got.body)
		}
	}
}

func TestATextIsBlankWhenThereIsNothingToSee(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, " \n\t": true, "\u200b": true, "\u00a0\u3000": true, "\x00": true, "\ufeff\u2060": true, "\ufffd": true, "\u202e": true,
		"a": false, " é ": false, "。": false, "🎬": false, "\u200bक": false, "1": false, "!": false,
	} {
		if got := web.Blank(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
