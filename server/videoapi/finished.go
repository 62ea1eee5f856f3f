package videoapi

import (
	"bytes"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/production"
)

// finished has the JSON of finished tasks that were read last. Clients read a task again and again, and most of
// the work is the signatures and the JSON, which only differ when the task or the links' step does.
type finished struct {
	mu   sync.Mutex
	byID map[string]written
}

type written struct {
	production *production.Production // as it was; a changed one is another
	link       string                 // the film's: its signature is made in the same step as the others'
	json       []byte
}

// remembered is how many tasks are kept, of a few kilobytes each.
const remembered = 256

// task is the task of a view, with its JSON where it is worth that.
func (f *finished) task(a *api, v production.View) Task {
	if v.Run != nil || v.Production.Summary.Status != production.Completed || v.Film.Video == nil {
		return a.task(v)
	}
	link := *a.link(v.Film.Video, v.Film.Title)
	f.mu.Lock()
	w := f.byID[v.Production.ID]
	f.mu.Unlock()
	if w.production == v.Production && w.link == link {
		return Task{ready: w.json}
	}
	t := a.task(v)
	var b bytes.Buffer
	if err := huma.DefaultJSONFormat.Marshal(&b, t); err != nil {
		return t // it is told when the answer is written
	}
	t.ready = b.Bytes()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byID == nil || len(f.byID) >= remembered {
		f.byID = map[string]written{}
	}
	f.byID[v.Production.ID] = written{v.Production, link, t.ready}
	return t
}

// JSON implements web.Written.
func (t Task) JSON() []byte { return t.ready }
