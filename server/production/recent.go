package production

import "container/list"

// recent keeps what was looked at last of productions on which nobody works.
type recent struct {
	most  int
	order *list.List // of *snapshot, newest first
	byID  map[string]*list.Element
}

func newRecent(most int) recent {
	return recent{most: most, order: list.New(), byID: map[string]*list.Element{}}
}

func (r *recent) get(id string) *snapshot {
	e := r.byID[id]
	if e == nil {
		return nil
	}
	r.order.MoveToFront(e)
	return e.Value.(*snapshot)
}

func (r *recent) put(s *snapshot) {
	if e := r.byID[s.production.ID]; e != nil {
		e.Value = s
		r.order.MoveToFront(e)
		return
	}
	r.byID[s.production.ID] = r.order.PushFront(s)
	if r.order.Len() > r.most {
		r.drop(r.order.Back().Value.(*snapshot).production.ID)
	}
}

func (r *recent) drop(id string) {
	if e := r.byID[id]; e != nil {
		r.order.Remove(e)
		delete(r.byID, id)
	}
}
