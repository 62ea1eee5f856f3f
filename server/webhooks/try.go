package webhooks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// An outcome is what became of a try, for the dispatcher.
type outcome struct {
	pending  bool      // there will be another one
	due      time.Time // when
	sent     bool      // a request was made, so that the next three fields mean something
	failed   bool
	slow     bool          // it took long, whatever came of it
	holdOff  time.Duration // the receiver asked for this pause
	disabled bool
	host     string // where the webhook leads now
}

// slowness is the part of the time for a try that a good receiver needs at most: 3 of 15 seconds. It answers first
// and works later.
const slowness = 5

// lostTry is after how long a delivery is tried again whose last try could not be written down.
const lostTry = time.Minute

// try makes the next try of a delivery and writes down what came of it. When ctx ends while it is under way nothing
// is written: it will be made again.
func (s *Service) try(ctx context.Context, r ref) outcome {
	o, told, err := s.tryOnce(ctx, r)
	if err != nil {
		if ctx.Err() == nil {
			s.c.Log.Error("a webhook delivery could not be made or recorded; it is tried again in a minute",
				"webhook", r.webhook, "delivery", r.delivery, "error", err)
		}
		return outcome{pending: true, due: s.now().Add(lostTry)}
	}
	if o.disabled {
		s.c.Log.Warn("a webhook was disabled, for its receiver is gone or has failed for days", "webhook", r.webhook)
		s.c.Observe(OutcomeDisabled)
	}
	s.c.Observe(told)
	return o
}

func (s *Service) tryOnce(ctx context.Context, r ref) (outcome, string, error) {
	var rec record
	var d stored
	err := s.c.DB.View(func(tx *store.Tx) (err error) {
		if rec, err = readRecord(tx, r.account, r.webhook); err == nil {
			d, err = readStored(tx, r)
		}
		return err
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return outcome{}, OutcomeDropped, s.forget(ctx, r)
	case err != nil:
		return outcome{}, "", err
	case d.State != StatePending:
		return outcome{}, OutcomeDropped, nil
	case !rec.Enabled:
		return outcome{}, OutcomeDropped, s.giveUp(ctx, r)
	}
	keys, err := s.prepare(ctx, r, rec, &d)
	if err != nil {
		if ctx.Err() != nil {
			return outcome{}, "", ctx.Err()
		}
		s.c.Log.Error("a webhook delivery cannot be written or signed", "webhook", r.webhook, "delivery", r.delivery, "error", err)
		return s.write(ctx, r, d, Attempt{At: s.now(), Error: "the server could not write or sign the event"}, answer{}, false)
	}
	a, got, err := s.attempt(ctx, keys, rec.URL, d.EventID, d.Body)
	if err != nil {
		return outcome{}, "", err
	}
	o, told, err := s.write(ctx, r, d, a, got, true)
	o.slow = a.Took > s.c.Timeout/slowness
	if t, err := parseTarget(rec.URL); err == nil {
		o.host = t.key()
	}
	return o, told, err
}

// prepare renders what is to be sent, unless an earlier try has, and finds the keys that sign it.
func (s *Service) prepare(ctx context.Context, r ref, rec record, d *stored) ([][]byte, error) {
	now := s.now()
	keys, err := s.keys(r.account, rec, now)
	if err != nil || len(d.Body) > 0 && now.Sub(d.BodyAt) <= bodyLife {
		return keys, err
	}
	data := []byte(d.Data)
	if s.c.Render != nil {
		if data, err = s.c.Render(ctx, r.account, data); err != nil {
			return nil, fmt.Errorf("its data cannot be rendered: %w", err)
		}
	}
	if d.Body, err = writeBody(d.EventID, d.Type, d.Time, data); err != nil {
		return nil, errors.New("its rendered data are not JSON")
	}
	d.BodyAt = now
	return keys, nil
}

// attempt signs and sends. The error is the context's: it was cut off.
func (s *Service) attempt(ctx context.Context, keys [][]byte, url, id string, body []byte) (Attempt, answer, error) {
	at := s.now()
	a := Attempt{At: at}
	begin := time.Now()
	got, err := s.sender.post(ctx, url, sign(keys, id, at, body), body, at)
	a.Took = time.Since(begin)
	if err != nil {
		if ctx.Err() != nil {
			return a, answer{}, ctx.Err()
		}
		a.Error = err.Error()
		return a, answer{}, nil
	}
	a.Status, a.Response = got.status, got.text
	switch {
	case got.status >= 200 && got.status < 300:
	case got.status >= 300 && got.status < 400:
		a.Error = fmt.Sprintf("the receiver redirects (status %d), and redirects are not followed", got.status)
	default:
		a.Error = fmt.Sprintf("the receiver answered with status %d", got.status)
	}
	return a, got, nil
}

// write records a try. sent is false when it failed before there was anything to send. What was tried is known by
// now, so it is written even when ctx has ended.
func (s *Service) write(ctx context.Context, r ref, tried stored, a Attempt, got answer, sent bool) (outcome, string, error) {
	var o outcome
	var told string
	err := s.c.DB.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		o, told = outcome{sent: sent, failed: !a.Succeeded()}, OutcomeDropped
		rec, err := readRecord(tx, r.account, r.webhook)
		if errors.Is(err, ErrNotFound) {
			return r.remove(tx)
		}
		if err != nil {
			return err
		}
		d, err := readStored(tx, r)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		now := s.now()
		if sent {
			var changed bool
			if changed, o.disabled = rec.tell(a, now); changed {
				if err := rec.put(tx, r.account); err != nil {
					return err
				}
			}
		}
		told = d.advance(a, tried, rec.Enabled, got.retryAfter, now)
		o.pending, o.due = d.State == StatePending, d.NextAt
		if got.status == http.StatusTooManyRequests || got.status == http.StatusServiceUnavailable {
			o.holdOff = got.retryAfter
		}
		return d.put(tx, r)
	})
	return o, told, err
}

// advance adds a try to a delivery and says what follows.
func (d *stored) advance(a Attempt, tried stored, enabled bool, retryAfter time.Duration, now time.Time) string {
	d.Tries++
	d.Attempts = append(d.Attempts, a)
	if n := len(d.Attempts); n > maxAttempts {
		d.Attempts = d.Attempts[n-maxAttempts:]
	}
	// While it was tried somebody may have asked for another try.
	asked := d.Asked != tried.Asked
	d.Step++
	switch {
	case a.Succeeded():
		d.end(StateDelivered, "")
		return OutcomeDelivered
	case !enabled:
		d.end(StateFailed, becauseDisabled)
		return OutcomeFailed
	case asked:
		d.Step = min(d.Step, len(schedule)-1)
		d.NextAt = now
	case d.Step >= len(schedule):
		d.end(StateFailed, "")
		return OutcomeFailed
	default:
		d.NextAt = now.Add(pause(d.Step, retryAfter))
		d.Body, d.BodyAt = tried.Body, tried.BodyAt
	}
	return OutcomeRetrying
}

const becauseDisabled = "The webhook is disabled."

func (d *stored) end(state, reason string) {
	d.State, d.Reason, d.NextAt, d.Body, d.BodyAt = state, reason, time.Time{}, nil, time.Time{}
}

// tell lets a registration know of a try of a delivery. changed is whether it must be stored; disabled, whether
// the try disabled it.
func (r *record) tell(a Attempt, now time.Time) (changed, disabled bool) {
	if a.Succeeded() {
		if r.FailingSince.IsZero() {
			return false, false
		}
		r.FailingSince, r.LastFailure = time.Time{}, time.Time{}
		return true, false
	}
	if r.FailingSince.IsZero() || now.Sub(r.LastFailure) > forgetting {
		r.FailingSince, changed = now, true
	}
	if now.Sub(r.LastFailure) >= time.Minute { // a dead receiver fails often
		r.LastFailure, changed = now, true
	}
	switch {
	case a.Status == http.StatusGone:
		disabled = r.disable(reasonGone, now)
	case now.Sub(r.FailingSince) >= patience:
		disabled = r.disable(reasonDead, now)
	}
	return changed || disabled, disabled
}

// giveUp ends a delivery whose webhook is disabled.
func (s *Service) giveUp(ctx context.Context, r ref) error {
	return s.c.DB.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		rec, err := readRecord(tx, r.account, r.webhook)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		d, derr := readStored(tx, r)
		if err != nil || derr != nil {
			return r.remove(tx)
		}
		if rec.Enabled || d.State != StatePending {
			return nil
		}
		d.end(StateFailed, becauseDisabled)
		return d.put(tx, r)
	})
}

// forget removes what is left of a delivery whose webhook is gone.
func (s *Service) forget(ctx context.Context, r ref) error {
	return s.c.DB.Update(context.WithoutCancel(ctx), r.remove)
}
