package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/metrics"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

// mountCare serves what operators look at.
func mountCare(site *web.Site, conf *config.Config, m *metrics.Metrics, ready *readiness, db *store.DB) {
	disk := newProbe(func() error { return writable(db) })
	site.Mount("GET /healthz", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		health(w, http.StatusOK, "ok")
	}))
	site.Mount("GET /readyz", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := disk.ask(r.Context())
		if err == nil {
			err = ready.check()
		}
		if err != nil {
			health(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		health(w, http.StatusOK, "ready")
	}))
	if conf.MetricsListen == "" {
		site.Mount("GET /metrics", m.Handler())
	}
}

func health(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": text}) // who has asked has gone
}

// writable tells whether the database can be written.
func writable(db *store.DB) error {
	err := db.Update(context.Background(), func(tx *store.Tx) error { return tx.Put(store.K("probe"), time.Now().Unix()) })
	if err != nil {
		return fmt.Errorf("the database cannot be written: %w", err)
	}
	return nil
}

// remembered is how long the answer of a probe is good for.
const remembered = time.Second

// A probe finds out what costs something, for whoever asks: once at a time, and not again within a moment.
type probe struct {
	find  func() error
	now   func() time.Time
	turns chan struct{} // has a place for who finds out
	found time.Time
	err   error
}

func newProbe(find func() error) *probe {
	return &probe{find: find, now: time.Now, turns: make(chan struct{}, 1)}
}

// ask gives what was found, or the error of the context when that ends before.
func (p *probe) ask(ctx context.Context) error {
	select {
	case p.turns <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.turns }()
	if now := p.now(); p.found.IsZero() || now.Sub(p.found) >= remembered {
		p.err = p.find()
		p.found = p.now()
	}
	return p.err
}
