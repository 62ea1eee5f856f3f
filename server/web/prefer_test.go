package web_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/web"
)

func TestAPreferenceForWaitingIsReadAsRFC7240HasIt(t *testing.T) {
	const none = -1
	for header, want := range map[string]int{
		"wait=30":                          30,
		"wait=0":                           0,
		"wait=60":                          60,
		"wait=61":                          60,
		"wait=99999999999999999999":        60,
		"wait=007":                         7,
		"Wait=5":                           5,
		" wait = 5 ":                       5,
		`wait="5"`:                         5,
		"respond-async, wait=5":            5,
		"respond-async,wait=5;x=1":         5,
		"wait=5, wait=9":                   5,
		`odd="a,wait=9;wait=8", wait=5`:    5,
		`odd="a\",wait=9", wait=5`:         5,
		"":                                 none,
		"wait":                             none,
		"wait=":                            none,
		"wait=-1":                          none,
		"wait=+5":                          none,
		"wait=1.5":                         none,
		"wait=0x10":                        none,
		"wait=abc":                         none,
		"wait=\"":                          none,
		"wait=x, wait=5":                   none,
		"waiting=5":                        none,
		"respond-async; wait=5":            none, // a parameter of another preference
		"return=minimal":                   none,
		`wait="5`:                          none,
		"wait=5 6":                         none,
		strings.Repeat(",", 1000):          none,
		strings.Repeat(",", 10) + "wait=1": 1,
	} {
		got, ok := web.WaitOf(header)
		if !ok {
			got = none * time.Second
		}
		if got != time.Duration(want)*time.Second {
			t.Errorf("%q: %v, %v", header, got, ok)
		}
	}
}

func FuzzPrefer(f *testing.F) {
	for _, s := range []string{"wait=5", `a="b,c";d, wait=5`, "wait=99999999999999999999", `"\`, "WAIT=1;;,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		d, ok := web.WaitOf(header)
		switch {
		case !ok && d != 0, d < 0, d > web.MaxWait, d%time.Second != 0:
			t.Errorf("%q: %v, %v", header, d, ok)
		case ok && !strings.Contains(strings.ToLower(header), "wait"):
			t.Errorf("%q: %v from nothing", header, d)
		}
		// Whoever wants nothing more than that gets it, whatever else is preferred afterwards.
		n := len(header) % 61
		if got, ok := web.WaitOf("wait=" + strconv.Itoa(n) + "," + header); !ok || got != time.Duration(n)*time.Second {
			t.Errorf("wait=%d,%q: %v, %v", n, header, got, ok)
		}
	})
}

type waitInput struct{ web.Preference }

type waitOutput struct {
	web.Applied
	Body note
}

// waiter adds an operation that waits as long as it may.
func (r *rig) waiter(began chan<- struct{}) {
	web.Handle(r.api, open("GET", "/wait"), func(ctx context.Context, in *waitInput) (*waitOutput, error) {
		wait, cancel, applied, ok := in.Wait(ctx)
		defer cancel()
		out := &waitOutput{Applied: applied, Body: note{Text: fmt.Sprint(ok)}}
		if ok {
			began <- struct{}{}
			<-wait.Done()
		}
		return out, nil
	})
}

func TestAWaitEndsWithItsTimeAndIsToldOf(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.waiter(make(chan struct{}, 9))
	if got := r.do("GET", "/t/wait", ""); got.header.Get("Preference-Applied") != "" || got.body != "{\"text\":\"false\"}\n" {
		t.Errorf("%q %v", got.body, got.header)
	}
	began := time.Now()
	got := r.do("GET", "/t/wait", "", "Prefer: respond-async", "Prefer: wait=1")
	if took := time.Since(began); got.header.Get("Preference-Applied") != "wait=1" || took < time.Second || took > 30*time.Second {
		t.Errorf("%v after %v", got.header, took)
	}
}

func TestAWaitEndsAtOnceWhenTheServerStops(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	began, done := make(chan struct{}, 1), make(chan struct{})
	r.waiter(began)
	go func() {
		defer close(done)
		if got := r.do("GET", "/t/wait", "", "Prefer: wait=60"); got.status != 200 {
			t.Errorf("%d", got.status)
		}
	}()
	<-began
	r.site.EndStreams()
	within(t, 5*time.Second, "the end of the wait", done)
}
