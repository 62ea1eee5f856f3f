package webhooks_test

import (
	"testing"

	"go.uber.org/fx"

	"github.com/filmloom/filmloom/server/webhooks"
)

func TestTheModuleStartsAndClosesTheService(t *testing.T) {
	r := newRig(t, nil)
	rec := receive(t, nil)
	r.register(rec.URL)
	r.publish("e1")
	var s *webhooks.Service
	app := fx.New(fx.NopLogger, fx.Supply(config(r.db)), webhooks.Module, fx.Populate(&s))
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	rec.get(t)
	if err := app.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil {
		t.Error("it was not closed")
	}
}
