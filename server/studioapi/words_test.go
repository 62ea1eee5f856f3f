package studioapi

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine"
)

func TestTimesAreSaidAsPeopleDo(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "a moment", 400 * time.Millisecond: "1 second", time.Second: "1 second", 1100 * time.Millisecond: "2 seconds",
		90 * time.Second: "90 seconds", 2 * time.Minute: "120 seconds", 121 * time.Second: "3 minutes", time.Hour: "60 minutes",
	} {
		if got := about(d); got != want {
			t.Errorf("%v is %q, not %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "1 second", time.Second: "1 second", 10 * time.Second: "8-13 seconds", 40 * time.Second: "30-50 seconds",
		80 * time.Second: "1-2 minutes", 4 * time.Minute: "3-5 minutes", time.Hour: "45-75 minutes",
	} {
		if got := between(d); got != want {
			t.Errorf("about %v is %q, not %q", d, got, want)
		}
	}
}

func TestANetworkIsCoveredByOneThatHasAllOfIt(t *testing.T) {
	parse := func(text string) (all []netip.Prefix) {
		for one := range strings.FieldsSeq(text) {
			all = append(all, netip.MustParsePrefix(one))
		}
		return all
	}
	for _, row := range []struct {
		allowed, asked string
		want           bool
	}{
		{"10.0.0.0/8", "10.0.0.0/8", true},
		{"10.0.0.0/8", "10.1.0.0/16 10.2.3.4/32", true},
		{"10.0.0.0/8", "10.0.0.0/7", false},
		{"10.0.0.0/8", "10.1.0.0/16 11.0.0.0/8", false},
		{"10.0.0.0/9 10.128.0.0/9", "10.0.0.0/8", false}, // together they do; nobody asks so
		{"10.0.0.0/8", "", false},                        // which means everywhere
		{"0.0.0.0/0", "::/0", false},
		{"::/0", "2001:db8::/32", true},
		{"0.0.0.0/0 ::/0", "10.0.0.1/32 ::1/128", true},
	} {
		if got := covers(parse(row.allowed), parse(row.asked)); got != row.want {
			t.Errorf("%s of %s: %v", row.asked, row.allowed, got)
		}
	}
}

func TestAStepStandsWhereItsStagesStand(t *testing.T) {
	for want, rows := range map[string][][]engine.State{
		"waiting":    {{engine.Waiting}, {engine.Waiting, engine.Waiting}},
		"processing": {{engine.Running}, {engine.Completed, engine.Waiting}, {engine.Waiting, engine.Running}, {engine.Paused, engine.Completed}},
		"completed":  {{engine.Completed}, {engine.Completed, engine.Skipped}},
		"skipped":    {{engine.Skipped}, {engine.Skipped, engine.Skipped}},
		"failed":     {{engine.Failed}, {engine.Completed, engine.Failed}, {engine.Running, engine.Failed}},
		"cancelled":  {{engine.Cancelled}, {engine.Completed, engine.Cancelled}, {engine.Superseded, engine.Waiting}},
	} {
		for _, states := range rows {
			if got := together(states); got != want {
				t.Errorf("%v is %s, not %s", states, got, want)
			}
		}
	}
}

func FuzzPosition(f *testing.F) {
	for _, id := range []string{"", "1-0", "1-42", "1-042", "1-", "-1", "2-1", "1-18446744073709551615", "1-9223372036854775807", "1-+1", "1-1 ", "１-１"} {
		f.Add(id, 1)
	}
	f.Fuzz(func(t *testing.T, id string, ordinal int) {
		seq, ok := position(id, ordinal)
		switch {
		case !ok:
		case id == "":
			if seq != 0 {
				t.Errorf("the beginning is %d", seq)
			}
		case id != fmt.Sprintf("%d-%d", ordinal, seq), seq >= 1<<63:
			t.Errorf("%q of %d is %d", id, ordinal, seq)
		}
	})
}
