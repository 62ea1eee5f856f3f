package idempotency_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/store"
)

// A slot is what the model knows of one key.
type slot struct {
	claim    *idempotency.Claim // in flight
	body     string             // of the request that is in flight, or was
	answer   string             // remembered
	withheld bool
	until    time.Time // of the answer; zero when there is none
}

// expect is what Begin must say.
func (s *slot) expect(now time.Time, body string) (goesOn bool, answer string, err error) {
	known := now.Before(s.until)
	switch {
	case !known && s.claim == nil:
		return true, "", nil
	case body != s.body:
		return false, "", idempotency.ErrOtherBody
	case !known:
		return false, "", idempotency.ErrInFlight
	case s.withheld:
		return false, "", idempotency.ErrWithheld
	}
	return false, s.answer, nil
}

var errUndone = errors.New("undone")

// Whatever is done in whatever order, the book and a model of ten lines agree.
func TestTheBookAgreesWithItsModel(t *testing.T) {
	d := setUp(t)
	matches := 0
	rapid.Check(t, func(t *rapid.T) {
		matches++
		account := fmt.Sprint("account ", matches)
		d.now = time.Now()
		restart := func() {
			var err error
			if d.Book, err = idempotency.New(d.config); err != nil {
				t.Fatal(err)
			}
		}
		restart()
		slots := map[string]*slot{"a": {}, "b": {}}
		pick := func(t *rapid.T) (string, *slot) {
			key := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "key")
			return key, slots[key]
		}
		answers := 0
		success := func() (idempotency.Answer, string) {
			answers++
			text := fmt.Sprint("answer ", answers)
			return idempotency.Answer{Status: 200, Body: []byte(text)}, text
		}
		remember := func(s *slot, text string, withheld bool) {
			if !d.now.Before(s.until) {
				s.answer, s.withheld, s.until = text, withheld, d.now.Add(24*time.Hour)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"begin": func(t *rapid.T) {
				key, s := pick(t)
				body := rapid.SampledFrom([]string{"x", "y"}).Draw(t, "body")
				goesOn, want, wantErr := s.expect(d.now, body)
				c, answer, err := d.Begin(t.Context(), idempotency.Request{Account: account, Route: "POST /", Key: key, Body: []byte(body)})
				got := ""
				if answer != nil {
					got = string(answer.Body)
				}
				if (c != nil) != goesOn || got != want || !errors.Is(err, wantErr) {
					t.Fatalf("goes on %v, %q, %v; the model: %v, %q, %v", c != nil, got, err, goesOn, want, wantErr)
				}
				if c != nil {
					*s = slot{claim: c, body: body}
				}
			},
			"finish": func(t *rapid.T) {
				_, s := pick(t)
				withheld := rapid.Bool().Draw(t, "withheld")
				if s.claim == nil {
					t.Skip()
				}
				if withheld {
					s.claim.Withhold()
				}
				a, text := success()
				if err := s.claim.Finish(t.Context(), a); err != nil {
					t.Fatal(err)
				}
				remember(s, text, withheld)
				s.claim = nil
			},
			"record": func(t *rapid.T) {
				_, s := pick(t)
				undone := rapid.Bool().Draw(t, "undone")
				if s.claim == nil {
					t.Skip()
				}
				a, text := success()
				err := d.db.Update(t.Context(), func(tx *store.Tx) error {
					if err := s.claim.Record(tx, a); err != nil || !undone {
						return err
					}
					return errUndone
				})
				if undone != errors.Is(err, errUndone) || !undone && err != nil {
					t.Fatal(err)
				}
				if !undone {
					s.until = time.Time{} // the handler's own later answer counts
					remember(s, text, false)
				}
			},
			"fail": func(t *rapid.T) {
				_, s := pick(t)
				status := rapid.SampledFrom([]int{400, 409, 500}).Draw(t, "status")
				if s.claim == nil {
					t.Skip()
				}
				if err := s.claim.Finish(t.Context(), idempotency.Answer{Status: status}); err != nil {
					t.Fatal(err)
				}
				s.claim = nil
			},
			"abandon": func(t *rapid.T) {
				_, s := pick(t)
				s.claim.Abandon()
				s.claim = nil
			},
			"wait": func(t *rapid.T) {
				d.now = d.now.Add(rapid.SampledFrom([]time.Duration{time.Second, 5 * time.Hour, 24 * time.Hour}).Draw(t, "time"))
			},
			"crash": func(*rapid.T) {
				restart()
				for _, s := range slots {
					s.claim = nil
				}
			},
		})
	})
}
