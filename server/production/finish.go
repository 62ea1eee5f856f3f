package production

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/store"
)

// started records that an order's run has begun.
func (d *Desk) started(l *live, o *Order, at time.Time) {
	o.Status, o.Started = Processing, at.UTC().Truncate(time.Microsecond)
	d.save(l, o, func(p *Production) { p.Summary.Status = Processing })
}

// finish records what became of an order.
func (d *Desk) finish(l *live, o *Order, status Status, f *Failure) bool {
	o.Status, o.Failure, o.Ended = status, f, d.now()
	v, _ := l.view()
	made := v.Film
	if v.Run != nil && v.Run.ID == o.ID {
		st := v.Run.Status()
		o.Warnings, o.Reused, o.Worked = distinct(st.Warnings), reused(st), l.worked()
		if status != Superseded {
			d.made(o, v.Run)
		}
	}
	if v.Head != nil && v.Head.ID == o.ID {
		o.Progress = v.RunProgress
	}
	if status == Completed {
		o.Progress = 1
	}
	return d.save(l, o, func(p *Production) {
		p.Summary.settle(o, made)
		p.Summary.Progress = v.Progress
	})
}

// maxWarnings is how many different warnings of a run are kept.
const maxWarnings = 50

// distinct are the first warnings of a run, each once: the scenes of a film often have the same.
func distinct(warnings []string) (kept []string) {
	for _, w := range warnings {
		if len(kept) < maxWarnings && !slices.Contains(kept, w) {
			kept = append(kept, w)
		}
	}
	return kept
}

// made notes the film that an order's run has made, if it came as far: one that failed at its upload did.
func (d *Desk) made(o *Order, run *engine.Run) {
	out, err := run.Outputs()
	var video *film.File
	var seconds float64
	if err == nil {
		err = errors.Join(out.Decode(film.OutputVideo, &video), out.Decode(film.OutputSeconds, &seconds))
	}
	switch {
	case err != nil:
		d.conf.Log.Error("a run's film cannot be read", "run", run.ID, "error", err)
	case video != nil && video.SHA256 != "":
		o.Video, o.Seconds = video, seconds
	}
}

// reused is how much of what a run has done needed no call, from 0 to 1.
func reused(st engine.Status) float64 {
	done, again := 0, 0
	for _, s := range st.Stages {
		done, again = done+s.Done, again+s.Reused
	}
	if done == 0 {
		return 0
	}
	return float64(again) / float64(done)
}

// settle takes in the end of the newest order.
func (s *Summary) settle(o *Order, made film.Film) {
	s.Status, s.Failure = o.Status, o.Failure
	s.Title, s.Description = made.Title, made.Description
	if o.Video == nil || made.Video == nil {
		return
	}
	s.show(o)
	s.Video, s.Thumbnail, s.Subtitles, s.Seconds = made.Video, made.Thumbnail, made.Subtitles, made.Seconds
	s.YouTube = made.YouTube
}

// show takes over the film that an order has made. It was finished when it was another one before.
func (s *Summary) show(o *Order) {
	if s.Video == nil || s.Video.SHA256 != o.Video.SHA256 {
		s.Finished = o.Ended
	}
	s.Video, s.Seconds = o.Video, o.Seconds
}

// save writes an order that has changed, and its production when it is the newest one. false means that it
// could not be written; the order is found open at the next start.
func (d *Desk) save(l *live, o *Order, change func(*Production)) bool {
	var written *Production
	err := d.conf.Store.Update(d.ctx, func(tx *store.Tx) error {
		var p Production
		if err := tx.Get(productionKey(o.Production), &p); err != nil {
			return err
		}
		if !o.Status.Open() {
			if err := tx.Delete(openKey(o.ID)); err != nil {
				return err
			}
			if p.Head() == o.ID { // its record has it from now on
				if err := tx.Delete(progressKey(p.ID)); err != nil {
					return err
				}
			}
		}
		if p.Head() == o.ID {
			was := d.listed(&p)
			change(&p)
			p.Updated = d.now()
			if p.Deleted.IsZero() {
				if err := d.put(tx, &p, was); err != nil {
					return err
				}
			}
		}
		written = &p
		return d.write(tx, &p, o)
	})
	if err != nil {
		if d.ctx.Err() == nil {
			d.conf.Log.Error("an order cannot be written", "order", o.ID, "error", err)
		}
		return false
	}
	head := *o
	l.set(written, &head)
	return true
}

func outcome(s engine.State) Status {
	switch s {
	case engine.Completed:
		return Completed
	case engine.Cancelled:
		return Cancelled
	case engine.Superseded:
		return Superseded
	}
	return Failed
}

// cancelled is why a cancelled order has come to nothing.
var cancelled = &Failure{Code: string(engine.KindCancelled), Message: "Cancelled"}

// failureOf says why a run came to nothing, in words for whoever ordered it.
func failureOf(st engine.Status) *Failure {
	switch {
	case st.State == engine.Cancelled:
		return cancelled
	case st.State != engine.Failed || st.Failure == nil:
		return nil
	}
	f := told(st.Failure.Kind, st.Failure.User)
	f.Capability = called(st)
	return f
}

// called is the capability that a run has failed at, or "".
func called(st engine.Status) (capability string) {
	longest := 0
	for _, s := range st.Stages { // an instance's address begins with its stage's, and that with the outer stage's
		rest, ok := strings.CutPrefix(st.Failure.Address, s.Name)
		if ok && len(s.Name) > longest && (rest == "" || rest[0] == '[') {
			longest, capability = len(s.Name), s.Uses
		}
	}
	return capability
}

// unstarted says why a run could not be started.
func unstarted(err error) *Failure {
	var input *engine.InputError
	var unready *engine.NotReadyError
	switch {
	case errors.As(err, &input) && len(input.Problems) > 0:
		return &Failure{Code: string(providers.KindInvalidInput), Message: input.Problems[0].String() + "."}
	case errors.As(err, &unready):
		return told(providers.KindUnavailable, "")
	}
	return told(providers.KindInternal, "")
}

// told words a failure. What a provider says for its user's eyes is preferred; what it says for the operator
// is not shown.
func told(kind providers.Kind, user string) *Failure {
	if user == "" {
		user = words[kind]
	}
	if user == "" {
		user = "The film could not be made because of an internal error."
	}
	return &Failure{Code: string(kind), Message: user}
}

var words = map[providers.Kind]string{
	providers.KindInvalidInput: "The film could not be made from this request.",
	providers.KindRejected:     "A provider has rejected the content.",
	providers.KindUnavailable:  "A provider that the film needs is not available; try again later.",
	providers.KindRateLimited:  "A provider that the film needs is overloaded; try again later.",
	engine.KindOverBudget:      "The film would have cost more than it may.",
}
