package studioapi

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

// A User is somebody who has an account.
type User struct {
	UserID    string    `json:"user_id" doc:"Names the user." example:"0193a5b2-0a11-7e73-8b6f-9e0011223344"`
	Username  string    `json:"username" doc:"The name to log in with." example:"ann"`
	Plan      string    `json:"plan" doc:"The plan." example:"standard"`
	Admin     bool      `json:"admin" doc:"Whether the user administers the server." example:"false"`
	Disabled  bool      `json:"disabled" doc:"Whether nothing the user has works." example:"false"`
	CreatedAt time.Time `json:"created_at" doc:"When the account was made." example:"2026-01-02T15:04:05.123456Z"`
}

// A NewUser is a user to be.
type NewUser struct {
	Username string `json:"username" minLength:"1" maxLength:"64" doc:"The name to log in with." example:"ann"`
	Password string `json:"password" minLength:"8" maxLength:"256" format:"password" doc:"The password." example:"correct horse battery staple"`
}

// A GivenUser is a user that an admin makes.
type GivenUser struct {
	NewUser
	Plan  string `json:"plan,omitempty" enum:"free,standard,pro,enterprise" doc:"The plan; the server's usual one unless given." example:"standard"`
	Admin bool   `json:"admin,omitempty" doc:"Whether the user administers the server." example:"false"`
}

// A UserChange is what is to be different.
type UserChange struct {
	Plan     *string `json:"plan,omitempty" enum:"free,standard,pro,enterprise" doc:"The plan." example:"pro"`
	Admin    *bool   `json:"admin,omitempty" doc:"Whether the user administers the server." example:"false"`
	Disabled *bool   `json:"disabled,omitempty" doc:"Whether nothing the user has works." example:"true"`
	Password *string `json:"password,omitempty" minLength:"8" maxLength:"256" format:"password" doc:"A new password; it ends the user's sessions." example:"correct horse battery staple"`
}

// Credits are what an account has.
type Credits struct {
	Available int       `json:"available" doc:"Credits that can be spent." example:"27"`
	Granted   int       `json:"granted" doc:"Of which these end at next_reset." example:"20"`
	Purchased int       `json:"purchased" doc:"And these do not end." example:"7"`
	Unlimited bool      `json:"unlimited" doc:"The plan never refuses a film for want of credits." example:"false"`
	NextReset time.Time `json:"next_reset" doc:"When the plan grants credits again." example:"2026-02-01T00:00:00Z"`
	Entries   []Entry   `json:"entries" nullable:"false" doc:"What has changed it, the newest first."`
	HasMore   bool      `json:"has_more" doc:"There are older entries." example:"false"`
}

// An Entry is one change of a balance.
type Entry struct {
	Number    uint64    `json:"number" doc:"Counts the account's entries." example:"12"`
	Time      time.Time `json:"time" doc:"When." example:"2026-01-02T15:04:05.123456Z"`
	Kind      string    `json:"kind" enum:"grant,reset,reserve,settle,refund,purchase" doc:"Why." example:"reserve"`
	Amount    int       `json:"amount" doc:"What it adds; negative when it takes." example:"-3"`
	Balance   int       `json:"balance" doc:"After it." example:"27"`
	Price     int       `json:"price" doc:"Of the film, also where the plan is unlimited; 0 when it is about none." example:"3"`
	Reference *string   `json:"job_id" doc:"The job or task that it is about, or null." example:"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011"`
	Note      string    `json:"note" doc:"For people." example:"a gift"`
}

// A UserPath names a user. Huma sees exported types only where they are embedded.
type UserPath struct {
	UserID string `path:"user_id" doc:"Names the user." example:"0193a5b2-0a11-7e73-8b6f-9e0011223344"`
}

type userOutput struct {
	Body User
}

type newUserInput struct {
	from netip.Addr
	Body NewUser
}

// Resolve implements huma.Resolver: the input remembers where the request comes from.
func (in *newUserInput) Resolve(ctx huma.Context) []error {
	in.from = web.Address(ctx)
	return nil
}

type givenUserInput struct {
	Body GivenUser
}

type changeUserInput struct {
	UserPath
	Body UserChange
}

type usersOutput struct {
	Body struct {
		Users []User `json:"users" nullable:"false" doc:"All users, the oldest first."`
	}
}

type creditsInput struct {
	Limit  int `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many entries at most." example:"20"`
	Before int `query:"before" minimum:"1" doc:"Only entries with a smaller number." example:"12"`
}

type creditsOutput struct {
	Body Credits
}

type purchaseInput struct {
	UserPath
	Body struct {
		Amount int    `json:"amount" minimum:"1" maximum:"1000000" doc:"Credits to add." example:"30"`
		Note   string `json:"note,omitempty" maxLength:"200" doc:"For people." example:"invoice 42"`
	}
}

type plansOutput struct {
	Body struct {
		Plans []Plan `json:"plans" nullable:"false" doc:"The plans, from the smallest to the largest."`
	}
}

// A Plan is what an account may have.
type Plan struct {
	Name       string `json:"name" doc:"What it is called." example:"standard"`
	Rate       Rate   `json:"rate" doc:"How many requests are answered."`
	Credits    int    `json:"credits" doc:"Granted each month; without meaning when it is unlimited." example:"30"`
	Unlimited  bool   `json:"unlimited" doc:"No film is refused for want of credits." example:"false"`
	Seconds    int    `json:"seconds" doc:"The longest film." example:"120"`
	Quality    string `json:"quality" enum:"720p,1080p" doc:"The shorter side of a film." example:"1080p"`
	Watermark  bool   `json:"watermark" doc:"Films are marked." example:"false"`
	Characters int    `json:"characters" doc:"The most characters of one film." example:"5"`
	Priority   int    `json:"priority" doc:"Whose film goes first when several wait: the highest." example:"1"`
}

// A Rate is how many requests are answered.
type Rate struct {
	Minute int `json:"minute" doc:"In a minute." example:"60"`
	Day    int `json:"day" doc:"In a day." example:"5000"`
}

func (a *api) account() {
	web.Handle(a.API, operation(http.MethodGet, "/users/me", "getMe", "account", "Who am I", "Tells of your account."), a.me)
	web.Handle(a.API, operation(http.MethodGet, "/users/me/credits", "getMyCredits", "account", "Get credits",
		"Tells what credits you have, and what has changed them."), a.myCredits)
	web.Handle(a.API, operation(http.MethodGet, "/plans", "listPlans", "account", "List plans", "Lists the plans and what they allow."), a.listPlans)
	register := with(operation(http.MethodPost, "/auth/register", "register", "account", "Make an account",
		"Makes an account for a stranger, where the server's owner allows that.", http.StatusForbidden, http.StatusConflict), http.StatusCreated)
	register.Security = web.Open()
	web.Handle(a.API, register, a.register)
	web.Handle(a.API, operation(http.MethodGet, "/users", "listUsers", "account", "List users", "Lists all users; for admins."), a.listUsers)
	web.Handle(a.API, with(operation(http.MethodPost, "/users", "createUser", "account", "Make a user",
		"Makes a user; for admins."), http.StatusCreated), a.createUser)
	web.Handle(a.API, operation(http.MethodPatch, "/users/{user_id}", "changeUser", "account", "Change a user",
		"Changes plan, rights or password of a user; for admins.", http.StatusNotFound), a.changeUser)
	web.Handle(a.API, with(operation(http.MethodDelete, "/users/{user_id}", "removeUser", "account", "Remove a user",
		"Removes a user with everything that the user owns, for good; for admins. The files go within hours.", http.StatusNotFound, http.StatusConflict), http.StatusNoContent), a.removeUser)
	web.Handle(a.API, operation(http.MethodPost, "/users/{user_id}/credits", "addCredits", "account", "Add credits",
		"Adds credits that do not end with the month; for admins.", http.StatusNotFound), a.addCredits)
}

func userOf(u identity.Account) User {
	return User{UserID: u.ID, Username: u.Name, Plan: u.Plan, Admin: u.Admin, Disabled: u.Disabled, CreatedAt: instant(u.Created)}
}

func (a *api) me(ctx context.Context, _ *struct{}) (*userOutput, error) {
	return &userOutput{Body: userOf(web.Caller(ctx).Account)}, nil
}

func (a *api) listPlans(context.Context, *struct{}) (*plansOutput, error) {
	out := &plansOutput{}
	for _, p := range a.Plans.All() {
		out.Body.Plans = append(out.Body.Plans, Plan{
			Name: p.Name, Rate: Rate(p.Rate), Credits: p.Credits, Unlimited: p.Unlimited, Seconds: p.Seconds,
			Quality: string(p.Quality), Watermark: p.Watermark, Characters: p.Characters, Priority: p.Priority,
		})
	}
	return out, nil
}

func (a *api) myCredits(ctx context.Context, in *creditsInput) (*creditsOutput, error) {
	who := web.Caller(ctx).Account
	return a.creditsOf(ctx, who, uint64(in.Before), in.Limit)
}

func (a *api) creditsOf(ctx context.Context, who identity.Account, before uint64, limit int) (*creditsOutput, error) {
	plan, err := a.Plans.Plan(who.Plan)
	if err != nil {
		return nil, err
	}
	b, err := a.Credits.Balance(ctx, who.ID, plan)
	if err != nil {
		return nil, err
	}
	entries, err := a.Credits.Entries(ctx, who.ID, before, limit)
	if err != nil {
		return nil, err
	}
	return &creditsOutput{Body: creditsNow(b, entries)}, nil
}

// creditsNow tells of a balance, with the newest of the entries that led to it.
func creditsNow(b credits.Balance, entries []credits.Entry) Credits {
	out := Credits{
		Available: b.Available, Granted: b.Grant, Purchased: b.Bought, Unlimited: b.Unlimited, NextReset: instant(b.NextReset),
		Entries: []Entry{}, HasMore: len(entries) > 0 && entries[len(entries)-1].Number > 1,
	}
	for _, e := range entries {
		out.Entries = append(out.Entries, entryOf(e))
	}
	return out
}

func entryOf(e credits.Entry) Entry {
	return Entry{
		Number: e.Number, Time: instant(e.Time), Kind: string(e.Kind), Amount: e.Amount, Balance: e.Balance, Price: e.Price,
		Reference: given(e.Reference), Note: e.Note,
	}
}

func (a *api) register(ctx context.Context, in *newUserInput) (*userOutput, error) {
	if !a.Registration {
		return nil, &web.Fault{Status: http.StatusForbidden, Code: web.CodeForbidden, Message: "This server makes accounts only by its admins."}
	}
	if a.Login != nil { // a password takes as much work as that of a login
		if f := a.Login(in.from); f != nil {
			return nil, f
		}
	}
	u, err := a.Identity.Add(ctx, identity.NewAccount{Name: in.Body.Username, Password: in.Body.Password})
	if err != nil {
		return nil, invalidUser(err)
	}
	return &userOutput{Body: userOf(u)}, nil
}

// admin refuses who does not administer the server.
func admin(ctx context.Context) error {
	if web.Caller(ctx).Scopes.Has(identity.Admin) {
		return nil
	}
	return &web.Fault{Status: http.StatusForbidden, Code: web.CodeForbidden, Message: "This is for admins.", Details: map[string]any{"scope": "admin"}}
}

func (a *api) listUsers(ctx context.Context, _ *struct{}) (*usersOutput, error) {
	if err := admin(ctx); err != nil {
		return nil, err
	}
	list, err := a.Identity.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &usersOutput{}
	out.Body.Users = []User{}
	for _, u := range list {
		out.Body.Users = append(out.Body.Users, userOf(u))
	}
	return out, nil
}

func (a *api) createUser(ctx context.Context, in *givenUserInput) (*userOutput, error) {
	if err := admin(ctx); err != nil {
		return nil, err
	}
	u, err := a.Identity.Add(ctx, identity.NewAccount{
		Name: in.Body.Username, Password: in.Body.Password, Plan: in.Body.Plan, Admin: in.Body.Admin,
	}, func(tx *store.Tx, u identity.Account) error {
		return web.Record(ctx, tx, http.StatusCreated, userOf(u))
	})
	if err != nil {
		return nil, invalidUser(err)
	}
	return &userOutput{Body: userOf(u)}, nil
}

func (a *api) changeUser(ctx context.Context, in *changeUserInput) (*userOutput, error) {
	if err := admin(ctx); err != nil {
		return nil, err
	}
	b := in.Body
	u, err := a.Identity.Change(ctx, in.UserID, identity.Change{Plan: b.Plan, Admin: b.Admin, Disabled: b.Disabled, Password: b.Password})
	if err != nil {
		return nil, invalidUser(err)
	}
	return &userOutput{Body: userOf(u)}, nil
}

func (a *api) removeUser(ctx context.Context, in *UserPath) (*struct{}, error) {
	if err := admin(ctx); err != nil {
		return nil, err
	}
	if err := a.Identity.Remove(ctx, in.UserID); err != nil {
		return nil, invalidUser(err)
	}
	return nil, nil
}

func (a *api) addCredits(ctx context.Context, in *purchaseInput) (*creditsOutput, error) {
	if err := admin(ctx); err != nil {
		return nil, err
	}
	u, err := a.Identity.Account(ctx, in.UserID)
	if err != nil {
		return nil, invalidUser(err)
	}
	plan, err := a.Plans.Plan(u.Plan)
	if err != nil {
		return nil, err
	}
	out := &creditsOutput{}
	err = a.Store.Update(ctx, func(tx *store.Tx) error {
		e, err := a.Credits.PurchaseIn(tx, u.ID, in.Body.Amount, in.Body.Note, web.Caller(ctx).Account.Name)
		if errors.Is(err, identity.ErrRemoved) { // the user, a moment ago
			return invalidUser(identity.ErrNotFound)
		}
		if err != nil {
			return err
		}
		b, err := a.Credits.BalanceIn(tx, u.ID, plan)
		if err != nil {
			return err
		}
		out.Body = creditsNow(b, []credits.Entry{e})
		return web.Record(ctx, tx, http.StatusOK, out.Body)
	})
	return out, err
}

// invalidUser words what is wrong with a user.
func invalidUser(err error) error {
	if errors.Is(err, identity.ErrNotFound) {
		return missing(codeNoUser, "There is no such user.")
	}
	var invalid *identity.InvalidError
	if errors.As(err, &invalid) && invalid.Field == "name" {
		return web.Invalid(web.Problem{Location: "body.username", Message: invalid.Problem})
	}
	return invalidAccount(err)
}
