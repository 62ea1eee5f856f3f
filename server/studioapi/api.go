package studioapi

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/media"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/secrets"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
	"github.com/filmloom/filmloom/server/webhooks"
	"github.com/filmloom/filmloom/server/youtube"
)

// Prefix is where the API is.
const Prefix = "/api/v1"

// Name is what productions of this API are marked with.
const Name = "studio"

// Config is what the API works with. Everything must be given but Admit, Space and Log.
type Config struct {
	Desk     *production.Desk
	Engine   *engine.Engine
	Store    *store.DB
	Identity *identity.Service
	Media    *media.Media
	Keys     *idempotency.Book
	Plans    plans.Set
	Credits  *credits.Ledger
	Webhooks *webhooks.Service
	YouTube  *youtube.Service
	Secrets  *secrets.Keys
	Base     func() string // the URL that the server is reached at
	Version  string
	// Registration lets strangers make accounts.
	Registration bool
	// Admit is as in web.APIConfig.
	Admit func(ctx huma.Context, who identity.Principal) *web.Fault
	// Login decides whether an address may make an account once more; nil admits all.
	Login func(netip.Addr) *web.Fault
	// Stranger is as in web.APIConfig.
	Stranger func(netip.Addr) *web.Fault
	// Space tells whether there is room on the disk for one more film.
	Space func() bool
	Now   func() time.Time // nil means time.Now
	Log   *slog.Logger
}

type api struct {
	Config
	*web.API
	pace *pace
}

// Register adds the API to a site, and goes on with what an earlier process was interrupted in.
func Register(site *web.Site, conf Config) {
	if conf.Now == nil {
		conf.Now = time.Now
	}
	if conf.Log == nil {
		conf.Log = slog.New(slog.DiscardHandler)
	}
	a := &api{Config: conf, pace: newPace(conf.Store)}
	a.API = site.API(web.APIConfig{
		Prefix: Prefix, Title: "Filmloom Studio API", Version: conf.Version,
		Description: "Makes films of scripts: projects, jobs, webhooks, batches.",
		TokenURL:    "/v1/auth/token",
		Tags: []*huma.Tag{
			{Name: "projects", Description: "Scripts, and the films made of them."},
			{Name: "jobs", Description: "The making of a film."},
			{Name: "batches", Description: "Many films at once."},
			{Name: "webhooks", Description: "Being told what happens."},
			{Name: "api-keys", Description: "Credentials for programs."},
			{Name: "youtube", Description: "The channel that films are uploaded to."},
			{Name: "account", Description: "Who you are, your plan and your credits."},
		},
		Dialect: dialect{}, Identity: conf.Identity, Keys: conf.Keys, Admit: conf.Admit, Stranger: conf.Stranger,
	})
	a.projects()
	a.jobs()
	a.batches()
	a.hooks()
	a.keys()
	a.account()
	a.youtube()
	a.announce()
	a.resume(context.Background())
}

// Listed is the status of a project. One whose job was cancelled is completed if there is a film, and otherwise a draft.
func Listed(p *production.Production) string {
	switch s := p.Summary.Status; {
	case s.Open():
		return string(production.Processing)
	case s != production.Cancelled:
		return string(s)
	case p.Summary.Video != nil:
		return string(production.Completed)
	}
	return string(production.Draft)
}

// own finds a project of somebody's; an admin's are all.
func (a *api) own(ctx context.Context, who identity.Principal, id string) (production.View, error) {
	v, err := a.Desk.Get(ctx, id)
	if err == nil {
		err = mine(who, v.Production.API, v.Production.Account)
	}
	return v, refusal(err, missing(codeNoProject, noProject))
}

// mine tells whether somebody may see what an account has. Whoever may not is told that there is nothing.
func mine(who identity.Principal, api, account string) error {
	if api != Name || account != who.Account.ID && !who.Scopes.Has(identity.Admin) {
		return production.ErrNotFound
	}
	return nil
}

// instant is a time as answers have it: to the microsecond, which every client can read.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// operation describes one of the API.
func operation(method, path, id, tag, summary, description string, errors ...int) huma.Operation {
	return huma.Operation{
		Method: method, Path: path, OperationID: id, Tags: []string{tag},
		Summary: summary, Description: description, Errors: errors, DefaultStatus: http.StatusOK,
	}
}

// with makes an operation answer with another status.
func with(op huma.Operation, status int) huma.Operation {
	op.DefaultStatus = status
	return op
}
