package idempotency

import (
	"net/http"
	"time"
)

// Serve answers a request that has a claim: next finds it with [From]. The answer is held back until it is
// remembered, so that whoever has got it can rely on that; only one that is larger than the bound is sent as it
// comes. What next panics with goes on, with the claim abandoned. An error is one of the database's or the
// network's; the answer has been sent all the same, as far as it can be.
func (c *Claim) Serve(w http.ResponseWriter, r *http.Request, next http.Handler) error {
	if c == nil {
		next.ServeHTTP(w, r)
		return nil
	}
	defer c.Abandon()
	held := &holder{w: w, most: c.book.config.Largest}
	next.ServeHTTP(held, r.WithContext(With(r.Context(), c)))
	if held.status == 0 {
		held.WriteHeader(http.StatusOK)
	}
	if held.passing {
		c.Withhold()
	}
	err := c.Finish(r.Context(), Answer{held.status, w.Header(), held.body})
	if !held.passing {
		a := Answer{Status: held.status, Body: held.body}
		if sent := a.send(w); err == nil {
			err = sent
		}
	}
	return err
}

// A holder keeps an answer back as long as it is small.
type holder struct {
	w       http.ResponseWriter
	most    int
	status  int // 0 until it is known
	body    []byte
	passing bool // the answer was too large to be held
}

func (h *holder) Header() http.Header { return h.w.Header() }

func (h *holder) WriteHeader(status int) {
	switch {
	case status >= 100 && status < 200: // not yet the answer
		h.w.WriteHeader(status)
	case h.status == 0:
		h.status = status
	}
}

func (h *holder) Write(p []byte) (int, error) {
	if h.status == 0 {
		h.status = http.StatusOK
	}
	if h.passing {
		return h.w.Write(p)
	}
	if len(h.body)+len(p) <= h.most {
		h.body = append(h.body, p...)
		return len(p), nil
	}
	h.passing = true
	h.w.WriteHeader(h.status)
	if _, err := h.w.Write(h.body); err != nil {
		return 0, err
	}
	h.body = nil
	return h.w.Write(p)
}

// SetReadDeadline is for [http.ResponseController]. There is no Unwrap, past which an answer could be flushed.
func (h *holder) SetReadDeadline(t time.Time) error {
	return http.NewResponseController(h.w).SetReadDeadline(t)
}

// SetWriteDeadline is for [http.ResponseController].
func (h *holder) SetWriteDeadline(t time.Time) error {
	return http.NewResponseController(h.w).SetWriteDeadline(t)
}
