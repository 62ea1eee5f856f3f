package studioapi

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
)

// A pace is how long a second of film takes to make on this machine, learned from the jobs that made one from
// the beginning.
type pace struct{ db *store.DB }

// usual is the pace before anything was learned.
const usual = 4.0

// newness is how much the newest job counts.
const newness = 0.3

var paceKey = store.K("pace", Name)

func newPace(db *store.DB) *pace { return &pace{db: db} }

// estimate is how long a film of so many seconds takes.
func (p *pace) estimate(seconds int) time.Duration {
	at := usual
	_ = p.db.View(func(tx *store.Tx) error { return tx.Get(paceKey, &at) }) // without it the usual one holds
	return time.Duration(at * float64(seconds) * float64(time.Second))
}

// learn is a production.Hook: it takes in how long a film took.
func (p *pace) learn(tx *store.Tx, _ *production.Production, o *production.Order) error {
	n := noteOf(o)
	if o.API != Name || o.Status != production.Completed || o.From != "" || o.Started.IsZero() || n.Settings.Duration == 0 {
		return nil
	}
	took := o.Ended.Sub(o.Started).Seconds() / float64(n.Settings.Duration)
	at := took
	var before float64
	err := tx.Get(paceKey, &before)
	if err == nil {
		at = before + newness*(took-before)
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return tx.Put(paceKey, at)
}

// remaining is how long a job still takes: by what is done, the more of it is done, and by the estimate before.
func (a *api) remaining(o *production.Order, v production.View) time.Duration {
	whole := time.Duration(noteOf(o).Estimate * float64(time.Second))
	if o.Started.IsZero() || v.RunProgress <= 0 {
		return whole
	}
	gone := a.Now().Sub(o.Started)
	done := min(v.RunProgress, 1)
	byWork := time.Duration(float64(gone) * (1 - done) / done)
	byEstimate := max(whole-gone, whole/20)
	return time.Duration(done*float64(byWork) + (1-done)*float64(byEstimate))
}

// between says a time as people do who are not sure of it: "3-5 minutes".
func between(d time.Duration) string {
	low, high := d.Seconds()*0.75, d.Seconds()*1.25
	unit, name := 1.0, "second"
	switch {
	case high >= 90:
		unit, name = 60, "minute"
	case high >= 20:
		unit = 10
	}
	from, to := int(math.Max(1, math.Round(low/unit))), int(math.Max(1, math.Round(high/unit)))
	if unit == 10 {
		from, to = from*10, to*10
	}
	switch {
	case from < to:
		return fmt.Sprintf("%d-%d %ss", from, to, name)
	case to == 1:
		return fmt.Sprintf("1 %s", name)
	}
	return fmt.Sprintf("%d %ss", to, name)
}
