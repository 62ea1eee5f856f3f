package studioapi

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
)

// A pace is how long a second of film takes to make on this machine, learned from the jobs that had to make nearly all
// of one.
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

// mostReused is how much of a film may have been made before if others are to take as long.
const mostReused = 0.1

// learn is a production.Hook: it takes in how long a film took. The time in which no server ran, or the job was paused,
// is not what others will take.
func (p *pace) learn(tx *store.Tx, _ *production.Production, o *production.Order) error {
	n := noteOf(o)
	if o.API != Name || o.Status != production.Completed || o.Worked <= 0 || o.Reused > mostReused || n.Settings.Duration == 0 {
		return nil
	}
	took := o.Worked.Seconds() / float64(n.Settings.Duration)
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

// mostEarlier is how many of a project's orders are looked at for what one more of them finds made.
const mostEarlier = 20

// expected is how long a film of so many seconds takes, of which earlier orders of its project may have made something:
// those that asked for the same came as far as their progress says. What another one has left of use is not known.
func (a *api) expected(seconds int, inputs []byte, earlier []string) time.Duration {
	whole, made := a.pace.estimate(seconds), 0.0
	for _, id := range earlier[max(0, len(earlier)-mostEarlier):] {
		o, err := a.Desk.Order(id)
		if err == nil && bytes.Equal(o.Inputs, inputs) { // otherwise it was deleted meanwhile, and its project with it
			made = max(made, o.Progress)
		}
	}
	return max(time.Duration((1-made)*float64(whole)), whole/20)
}

// remaining is how long a job still takes: by what is done, the more of it is done, and by the estimate before.
func (a *api) remaining(o *production.Order, v production.View) time.Duration {
	whole := time.Duration(noteOf(o).Estimate * float64(time.Second))
	if o.Started.IsZero() || v.RunProgress <= 0 {
		return whole
	}
	gone := a.Now().Sub(o.Started) - v.Idle
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
