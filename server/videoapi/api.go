package videoapi

import (
	"context"
	"net/http"
	"net/netip"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/media"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/web"
)

// Prefix is where the API is.
const Prefix = "/v1"

// Name is what productions of this API are marked with.
const Name = "video"

// Config is what the API works with. What is a function may be nil.
type Config struct {
	Desk     *production.Desk
	Identity *identity.Service
	Media    *media.Media
	Keys     *idempotency.Book
	Version  string
	Plans    plans.Set
	Credits  *credits.Ledger
	// Space tells whether there is room on the disk for one more film; nil means yes.
	Space func() bool
	// Login decides whether an address may try to log in once more; nil admits all.
	Login func(netip.Addr) *web.Fault
	// LoggedIn is told how each try has ended; nil tells nobody.
	LoggedIn func(error)
	// Stranger is as in web.APIConfig.
	Stranger func(netip.Addr) *web.Fault
	// Admit is as in web.APIConfig.
	Admit func(ctx huma.Context, who identity.Principal) *web.Fault
}

type api struct {
	Config
	*web.API
	finished finished
}

// Register adds the API to a site.
func Register(site *web.Site, conf Config) {
	a := &api{Config: conf}
	a.API = site.API(web.APIConfig{
		Prefix: Prefix, Title: "Filmloom Video API", Version: conf.Version,
		Description: "Makes narrated, illustrated, subtitled films of stories.",
		TokenURL:    Prefix + "/auth/token",
		Tags: []*huma.Tag{
			{Name: "auth", Description: "Logging in."},
			{Name: "video", Description: "Films in the making."},
			{Name: "images", Description: "The pictures of a film."},
		},
		Dialect: dialect{}, Identity: conf.Identity, Keys: conf.Keys, Admit: conf.Admit, Stranger: conf.Stranger,
	})
	a.auth()
	a.video()
	a.images()
}

// longestID bounds what is looked up; ours have 36 bytes.
const longestID = 100

// own finds a task of the caller's; an admin's are all. Whatever is no id names no task.
func (a *api) own(ctx context.Context, id string) (production.View, error) {
	if len(id) > longestID || !utf8.ValidString(id) {
		return production.View{}, production.ErrNotFound
	}
	v, err := a.Desk.Get(ctx, id)
	if err != nil {
		return v, err
	}
	return v, a.mine(ctx, v)
}

// mine tells whether the caller may see a task. Whoever may not is told that there is none.
func (a *api) mine(ctx context.Context, v production.View) error {
	who := web.Caller(ctx)
	if v.Production.API != Name || v.Production.Account != who.Account.ID && !who.Scopes.Has(identity.Admin) {
		return production.ErrNotFound
	}
	return nil
}

// operation describes one of the API.
func operation(method, path, id, tag, summary, description string, errors ...int) huma.Operation {
	return huma.Operation{
		Method: method, Path: path, OperationID: id, Tags: []string{tag},
		Summary: summary, Description: description, Errors: errors, DefaultStatus: http.StatusOK,
	}
}
