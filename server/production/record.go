package production

import (
	"encoding/json"
	"time"

	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/store"
)

// A Status is where a production or an order stands.
type Status string

// The statuses. A production that nobody has ordered anything for is a draft; an order is never.
const (
	Draft      Status = "draft"
	Queued     Status = "queued"
	Processing Status = "processing"
	Completed  Status = "completed"
	Failed     Status = "failed"
	Cancelled  Status = "cancelled"
	Superseded Status = "superseded" // an order: a newer one of the production goes on instead
)

// Open tells whether work is to be done.
func (s Status) Open() bool { return s == Queued || s == Processing }

// A Production is one film that somebody wants, and what was derived from the runs that were made for it.
type Production struct {
	ID      string    `json:"id"`
	Account string    `json:"account"`
	API     string    `json:"api"`              // that it belongs to
	Title   string    `json:"title,omitempty"`  // that its owner gave
	Orders  []string  `json:"orders,omitempty"` // ids, oldest first; the last one is the head
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"` // when its record, or something that the summary tells, changed
	Deleted time.Time `json:"deleted,omitzero"`
	Summary Summary   `json:"summary"`
}

// Head is the id of the newest order, or "".
func (p *Production) Head() string {
	if len(p.Orders) == 0 {
		return ""
	}
	return p.Orders[len(p.Orders)-1]
}

// A Summary is what lists show. It is derived from the head, and what it says of a film from the newest order
// that made one: also from one that has failed or was cancelled after that, at its upload.
type Summary struct {
	Status      Status          `json:"status"`
	Title       string          `json:"title,omitempty"` // of the story
	Description string          `json:"description,omitempty"`
	Failure     *Failure        `json:"failure,omitempty"` // with Failed and Cancelled
	Video       *film.File      `json:"video,omitempty"`
	Thumbnail   *film.File      `json:"thumbnail,omitempty"`
	Subtitles   []film.Subtitle `json:"subtitles,omitempty"`
	YouTube     string          `json:"youtube,omitempty"` // where the video is at YouTube
	Seconds     float64         `json:"seconds,omitempty"`
	Finished    time.Time       `json:"finished,omitzero"`  // when the newest film was ready
	Progress    float64         `json:"progress,omitempty"` // the highest that was shown, from 0 to 1
}

// A Failure is why an order came to nothing, in words that its owner may read.
type Failure struct {
	Code       string `json:"code"` // the kind of the error: invalid_input, rejected, …
	Message    string `json:"message"`
	Capability string `json:"capability,omitempty"` // that was called when it failed: image.generate, …; "" when it was none
}

// AtUpload tells whether the film was made, and only its upload has failed. Of no failure it is false.
func (f *Failure) AtUpload() bool { return f != nil && f.Capability == film.Publish }

// An Order is one run of a pipeline for a production.
type Order struct {
	ID         string `json:"id"` // also the run's
	Production string `json:"production"`
	Account    string `json:"account"`
	API        string `json:"api"`

	// Pipeline and Inputs order a film; with From, one that continues the lineage of an earlier run.
	Pipeline string          `json:"pipeline,omitempty"`
	Inputs   json.RawMessage `json:"inputs,omitempty"`
	Seed     *int64          `json:"seed,omitempty"`
	From     string          `json:"from,omitempty"`
	// Parent orders a change of an earlier run: new takes, edits, or with neither the rest of it again.
	Parent string         `json:"parent,omitempty"`
	Takes  map[string]int `json:"takes,omitempty"`
	Edits  map[string]any `json:"edits,omitempty"`
	Until  string         `json:"until,omitempty"`
	Scene  string         `json:"scene,omitempty"`  // that it changes
	Redraw bool           `json:"redraw,omitempty"` // it makes the scene's picture anew

	Priority int             `json:"priority,omitempty"` // higher is sooner
	Charge   string          `json:"charge,omitempty"`   // what the account paid for it with: the order of the reservation
	Price    int             `json:"price,omitempty"`    // credits
	Note     json.RawMessage `json:"note,omitempty"`     // what the API wants to remember of it

	Status   Status    `json:"status"`
	Failure  *Failure  `json:"failure,omitempty"`
	Warnings []string  `json:"warnings,omitempty"` // what providers said of usable results, each once; see maxWarnings
	Created  time.Time `json:"created"`
	Started  time.Time `json:"started,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`

	Progress float64       `json:"progress,omitempty"` // how far it came, from 0 to 1
	Worked   time.Duration `json:"worked,omitempty"`   // how long it took, without the time in which nobody worked on it
	Reused   float64       `json:"reused,omitempty"`   // how much of what it did needed no work, from 0 to 1
	Video    *film.File    `json:"video,omitempty"`    // that it has made, whatever became of it afterwards
	Seconds  float64       `json:"seconds,omitempty"`
}

// change tells whether the order changes an earlier run, rather than making a film from the beginning.
func (o *Order) change() bool { return o.Parent != "" }

// quick tells whether the order is a small change, which does not wait for whole films.
func (o *Order) quick() bool { return o.Scene != "" || o.Edits != nil }

func productionKey(id string) store.Key { return store.K("production", id) }
func requestKey(id string) store.Key    { return store.K("request", id) }
func orderKey(id string) store.Key      { return store.K("order", id) }

// openKey marks an order on which work is to be done; found again at the start.
func openKey(order string) store.Key { return store.K("open", order) }

// all is the status under which lists have every production.
const all = "all"

// listKey lists a production. Ids are in the order of creation.
func listKey(p *Production, status string) store.Key {
	return store.K("list", p.API, p.Account, status, p.ID)
}

// purgeKey marks a production that is to be forgotten at a time.
func purgeKey(at time.Time, id string) store.Key {
	return store.K("purge", at.UTC().Format(time.RFC3339), id)
}

// listed is the status under which a production is listed.
func (d *Desk) listed(p *Production) string {
	if list := d.conf.Listed[p.API]; list != nil {
		return list(p)
	}
	return string(p.Summary.Status)
}

// put writes a production and its places in the lists; was is where it has been listed, or "".
func (d *Desk) put(tx *store.Tx, p *Production, was string) error {
	if now := d.listed(p); now != was {
		if was != "" {
			if err := tx.Delete(listKey(p, was)); err != nil {
				return err
			}
		} else if err := tx.Put(listKey(p, all), struct{}{}); err != nil {
			return err
		}
		if err := tx.Put(listKey(p, now), struct{}{}); err != nil {
			return err
		}
	}
	return tx.Put(productionKey(p.ID), p)
}
