package admin_test

import (
	"errors"
	"testing"

	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

// The modules of the two rooms, put together as a server does.
func TestTheModulesServeAccountsAndStopInOrder(t *testing.T) {
	dir := t.TempDir()
	app := fxtest.New(t,
		fx.Provide(func(life fx.Lifecycle) (*store.DB, error) {
			db, err := store.Open(dir)
			if err == nil {
				life.Append(fx.StopHook(db.Close))
			}
			return db, err
		}),
		fx.Supply(identity.Config{}, admin.Config{Dir: dir}),
		identity.Module, admin.Module,
	)
	app.RequireStart()
	var users admin.Users
	if err := admin.Call(t.Context(), dir, "user.list", nil, &users); err != nil {
		t.Error(err)
	}
	app.RequireStop()
	if err := admin.Call(t.Context(), dir, "user.list", nil, &users); !errors.Is(err, admin.ErrNotRunning) {
		t.Errorf("after the stop: %v", err)
	}
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
