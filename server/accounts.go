package server

import (
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/fx"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/limits"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

// accountModule knows who calls, what they may and have, and what was answered before.
var accountModule = fx.Module("accounts",
	fx.Provide(identityConfig, idempotencyConfig, openPlans, limitsConfig, creditsConfig, newGate),
	fx.Supply(limits.StrangersConfig{}),
	identity.Module, idempotency.Module, limits.Module, credits.Module,
)

func identityConfig(conf *config.Config, opts Options, log *slog.Logger) identity.Config {
	return identity.Config{TokenLifetime: conf.TokenLifetime, DefaultPlan: conf.DefaultPlan, Hash: opts.Hash, Log: log}
}

func idempotencyConfig(db *store.DB) idempotency.Config {
	return idempotency.Config{DB: db, Known: identity.Known}
}

func openPlans(conf *config.Config) (plans.Set, error) {
	return plans.New(
		planOf(plans.NameFree, conf.Free), planOf(plans.NameStandard, conf.Standard),
		planOf(plans.NamePro, conf.Pro), planOf(plans.NameEnterprise, conf.Enterprise),
	)
}

// planOf is a plan as the owner of the server wants it.
func planOf(name string, p config.Plan) plans.Plan {
	plan := plans.Plan{
		Name: name, Rate: plans.Rate{Minute: p.RateLimitMinute, Day: p.RateLimitDay}, Credits: int(p.Credits),
		Seconds: p.Seconds, Quality: plans.Quality(p.Quality), Watermark: p.Watermark, Characters: p.Characters, Priority: p.Priority,
	}
	if p.Credits == config.Unlimited {
		plan.Credits, plan.Unlimited = 0, true
	}
	return plan
}

func limitsConfig(db *store.DB, log *slog.Logger) limits.Config {
	return limits.Config{DB: db, Known: identity.Known, Log: log}
}

// lowCredits is the balance below which an account is told that it runs low: the price of a short film.
const lowCredits = 3

func creditsConfig(db *store.DB) credits.Config {
	return credits.Config{DB: db, Known: identity.Known, LowAfter: lowCredits}
}

// settle ends the reservation of an order that has ended: what was made is paid for, and so is what somebody has
// cancelled once work had begun, or was refused for what they asked for.
func settle(ledger *credits.Ledger) production.Hook {
	return func(tx *store.Tx, p *production.Production, o *production.Order) error {
		if o.Charge == "" || o.Status.Open() || o.Status == production.Superseded {
			return nil
		}
		switch {
		case o.Status == production.Failed && p.Summary.Finished.Equal(o.Ended): // the film is there, its upload is not
		case o.Status == production.Failed && ours(o.Failure):
			return ledger.Refund(tx, o.Charge, "the film could not be made")
		case o.Status == production.Cancelled && o.Started.IsZero():
			return ledger.Refund(tx, o.Charge, "cancelled before work began")
		}
		return ledger.Settle(tx, o.Charge)
	}
}

// ours tells whether a failure is not the fault of what was asked for. After an upload that has failed the film is
// there, and a retry of that is for nothing.
func ours(f *production.Failure) bool {
	return f == nil || f.Code != "rejected" && f.Code != "invalid_input" && !f.AtUpload()
}

// A gate counts requests.
type gate struct {
	plans     plans.Set
	limiter   *limits.Limiter
	strangers *limits.Strangers
	log       *slog.Logger
}

func newGate(set plans.Set, l *limits.Limiter, strangers *limits.Strangers, log *slog.Logger) *gate {
	return &gate{set, l, strangers, log}
}

// admit counts a request of an account. Opening an event stream is one; what it tells then is not.
func (g *gate) admit(ctx huma.Context, who identity.Principal) *web.Fault {
	plan, err := g.plans.Plan(who.Account.Plan)
	if err != nil {
		g.log.Error("an account has no plan", "account", who.Account.ID, "error", err)
		return nil
	}
	d, err := g.limiter.Take(who.Account.ID, plan.Rate)
	if err != nil {
		g.log.Error("earlier requests cannot be counted", "account", who.Account.ID, "error", err)
	}
	h := http.Header{}
	d.Header(h)
	if d.Allowed {
		for name, values := range h {
			ctx.SetHeader(name, values[0])
		}
		return nil
	}
	return refused(d, h)
}

// login counts a try to log in, by the address it comes from.
func (g *gate) login(from netip.Addr) *web.Fault { return g.stranger(g.strangers.Login(from)) }

// request counts a request without a valid credential.
func (g *gate) request(from netip.Addr) *web.Fault { return g.stranger(g.strangers.Request(from)) }

func (g *gate) stranger(d limits.Decision) *web.Fault {
	if d.Allowed {
		return nil
	}
	h := http.Header{}
	d.Header(h)
	return refused(d, h)
}

func refused(d limits.Decision, h http.Header) *web.Fault {
	seconds := int(d.Retry / time.Second)
	return &web.Fault{
		Status: http.StatusTooManyRequests, Code: web.CodeTooMany,
		Message: "Too many requests; try again in " + strconv.Itoa(seconds) + " seconds.",
		Details: map[string]any{"retry_after": seconds, "limit": d.Limit}, Header: h,
	}
}
