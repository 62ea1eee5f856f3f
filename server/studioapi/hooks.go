package studioapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
	"github.com/filmloom/filmloom/server/webhooks"
)

// A Webhook is an address that is told what happens.
type Webhook struct {
	WebhookID    string     `json:"webhook_id" doc:"Names the webhook." example:"0193a5b2-9e3f-7c51-9f4d-7c8e9f001122"`
	URL          string     `json:"url" doc:"Where events are sent." example:"https://your-app.com/webhook"`
	Events       []string   `json:"events" nullable:"false" doc:"What is told." example:"[\"job.completed\",\"job.failed\"]"`
	Description  string     `json:"description" doc:"For people." example:"the blog"`
	Enabled      bool       `json:"enabled" doc:"Whether events are sent." example:"true"`
	DisabledAt   *time.Time `json:"disabled_at" doc:"Since when it is not enabled, or null." example:"2026-01-05T15:04:05Z"`
	Reason       *string    `json:"disabled_reason" doc:"Why it is not enabled, or null." example:"The receiver has failed for 5 days."`
	FailingSince *time.Time `json:"failing_since" doc:"Since when deliveries fail, or null." example:"2026-01-04T15:04:05Z"`
	CreatedAt    time.Time  `json:"created_at" doc:"When it was registered." example:"2026-01-02T15:04:05.123456Z"`
	UpdatedAt    time.Time  `json:"updated_at" doc:"When it was changed last." example:"2026-01-02T15:04:05.123456Z"`
}

// A WebhookMade is a webhook with the secret that was made for it.
type WebhookMade struct {
	Webhook
	Secret *string `json:"secret,omitempty" doc:"The secret, when one was made: only in this answer." example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
}

// A NewWebhook is a webhook to be.
type NewWebhook struct {
	URL         string   `json:"url" minLength:"1" maxLength:"2048" doc:"Where events are to be sent: https, at a public address." example:"https://your-app.com/webhook"`
	Events      []string `json:"events" nullable:"false" minItems:"1" maxItems:"20" enum:"job.queued,job.started,job.completed,job.failed,job.cancelled,batch.completed,credits.low" doc:"What is to be told." example:"[\"job.completed\",\"job.failed\"]"`
	Secret      *string  `json:"secret,omitempty" minLength:"1" maxLength:"256" doc:"Signs what is sent; one is made unless given." example:"your_webhook_secret"`
	Description string   `json:"description,omitempty" maxLength:"256" doc:"For people." example:"the blog"`
}

// A WebhookChange is what is to be different.
type WebhookChange struct {
	URL         *string   `json:"url,omitempty" minLength:"1" maxLength:"2048" doc:"Where events are to be sent." example:"https://your-app.com/webhook"`
	Events      *[]string `json:"events,omitempty" minItems:"1" maxItems:"20" enum:"job.queued,job.started,job.completed,job.failed,job.cancelled,batch.completed,credits.low" doc:"What is to be told." example:"[\"job.completed\"]"`
	Description *string   `json:"description,omitempty" maxLength:"256" doc:"For people." example:"the blog"`
	Enabled     *bool     `json:"enabled,omitempty" doc:"Whether events are to be sent." example:"true"`
}

// A WebhookPath names a webhook. Huma sees exported types only where they are embedded.
type WebhookPath struct {
	WebhookID string `path:"webhook_id" doc:"Names the webhook." example:"0193a5b2-9e3f-7c51-9f4d-7c8e9f001122"`
}

type newWebhookInput struct {
	Body NewWebhook
}

type changeWebhookInput struct {
	WebhookPath
	Body WebhookChange
}

type rotateWebhookInput struct {
	WebhookPath
	Body *struct {
		Secret *string `json:"secret,omitempty" minLength:"1" maxLength:"256" doc:"The new secret; one is made unless given." example:"your_webhook_secret"`
	} `required:"false"`
}

type webhookOutput struct {
	Body Webhook
}

type webhookMadeOutput struct {
	Body WebhookMade
}

type webhooksOutput struct {
	Body struct {
		Webhooks []Webhook `json:"webhooks" nullable:"false" doc:"Your webhooks, the oldest first."`
	}
}

// A Delivery is an event on its way to a webhook.
type Delivery struct {
	DeliveryID string     `json:"delivery_id" doc:"Names the delivery." example:"0193a5b2-af40-7d62-8a5e-8d9f00112233"`
	WebhookID  string     `json:"webhook_id" doc:"The webhook." example:"0193a5b2-9e3f-7c51-9f4d-7c8e9f001122"`
	EventID    string     `json:"event_id" doc:"The webhook-id of every try." example:"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011_completed"`
	Event      string     `json:"event" doc:"What is told." example:"job.completed"`
	Status     string     `json:"status" enum:"pending,delivered,failed" doc:"Where it stands." example:"delivered"`
	Attempts   []Attempt  `json:"attempts" nullable:"false" doc:"The last 20 tries, the oldest first."`
	NextAt     *time.Time `json:"next_attempt_at" doc:"When the next try is, or null." example:"2026-01-02T15:09:05Z"`
	CreatedAt  time.Time  `json:"created_at" doc:"When the event happened." example:"2026-01-02T15:09:05.123456Z"`
}

// An Attempt is one try.
type Attempt struct {
	At       time.Time `json:"at" doc:"When." example:"2026-01-02T15:09:05.123456Z"`
	Status   *int      `json:"status" doc:"Of the answer; null when there was none." example:"200"`
	Seconds  float64   `json:"seconds" doc:"How long it took." example:"0.12"`
	Error    *string   `json:"error" doc:"Why it failed, or null." example:"the receiver answered 500"`
	Response string    `json:"response" doc:"The beginning of the answer." example:"ok"`
}

type deliveriesInput struct {
	WebhookPath
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most." example:"20"`
	After string `query:"after" maxLength:"100" doc:"A delivery's id: the list begins with the one before it in time." example:"0193a5b2-af40-7d62-8a5e-8d9f00112233"`
}

type deliveriesOutput struct {
	Body struct {
		Deliveries []Delivery `json:"deliveries" nullable:"false" doc:"The newest first."`
		HasMore    bool       `json:"has_more" doc:"There are older ones." example:"false"`
	}
}

type deliveryInput struct {
	WebhookPath
	DeliveryID string `path:"delivery_id" doc:"Names the delivery." example:"0193a5b2-af40-7d62-8a5e-8d9f00112233"`
}

type deliveryOutput struct {
	Body Delivery
}

type attemptOutput struct {
	Body Attempt
}

const noWebhook = "There is no such webhook."

func (a *api) hooks() {
	web.Handle(a.API, with(operation(http.MethodPost, "/webhooks", "registerWebhook", "webhooks", "Register a webhook",
		"Registers an address that is told what happens to your jobs. What is sent is signed by Standard Webhooks."), http.StatusCreated), a.registerWebhook)
	web.Handle(a.API, operation(http.MethodGet, "/webhooks", "listWebhooks", "webhooks", "List webhooks", "Lists your webhooks."), a.listWebhooks)
	web.Handle(a.API, operation(http.MethodGet, "/webhooks/{webhook_id}", "getWebhook", "webhooks", "Get a webhook",
		"Tells of a webhook.", http.StatusNotFound), a.getWebhook)
	web.Handle(a.API, operation(http.MethodPatch, "/webhooks/{webhook_id}", "changeWebhook", "webhooks", "Change a webhook",
		"Changes a webhook, or enables one that was disabled.", http.StatusNotFound), a.changeWebhook)
	web.Handle(a.API, with(operation(http.MethodDelete, "/webhooks/{webhook_id}", "deleteWebhook", "webhooks", "Delete a webhook",
		"Deletes a webhook with its deliveries.", http.StatusNotFound), http.StatusNoContent), a.deleteWebhook)
	web.Handle(a.API, operation(http.MethodPost, "/webhooks/{webhook_id}/test", "testWebhook", "webhooks", "Test a webhook",
		"Sends the event webhook.test at once and tells what the receiver answered.", http.StatusNotFound), a.testWebhook)
	web.Handle(a.API, operation(http.MethodPost, "/webhooks/{webhook_id}/rotate-secret", "rotateWebhookSecret", "webhooks", "Rotate a webhook's secret",
		"Replaces the secret. For a day both sign.", http.StatusNotFound), a.rotateWebhook)
	web.Handle(a.API, operation(http.MethodGet, "/webhooks/{webhook_id}/deliveries", "listDeliveries", "webhooks", "List deliveries",
		"Lists what was sent to a webhook, the newest first.", http.StatusNotFound), a.listDeliveries)
	web.Handle(a.API, with(operation(http.MethodPost, "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", "redeliver", "webhooks", "Deliver again",
		"Sends an event once more, at once.", http.StatusNotFound), http.StatusAccepted), a.redeliver)
}

// refusedHook words what is wrong with a webhook.
func refusedHook(err error, code, absent string) error {
	var invalid *webhooks.InvalidError
	switch {
	case errors.As(err, &invalid):
		return web.Invalid(web.Problem{Location: "body." + invalid.Field, Message: strings.TrimSuffix(invalid.Message, ".")})
	case errors.Is(err, webhooks.ErrNotFound):
		return missing(code, absent)
	case errors.Is(err, webhooks.ErrLimit), errors.Is(err, webhooks.ErrDisabled):
		return web.Conflict(capital(err.Error()) + ".")
	case errors.Is(err, webhooks.ErrTesting):
		return &web.Fault{
			Status: http.StatusTooManyRequests, Code: web.CodeTooMany, Message: capital(err.Error()) + ".",
			Header: http.Header{"Retry-After": {"15"}},
		}
	case errors.Is(err, webhooks.ErrClosed):
		return stopping
	}
	return err
}

func webhookOf(r webhooks.Registration) Webhook {
	w := Webhook{
		WebhookID: r.ID, URL: r.URL, Events: r.Events, Description: r.Description, Enabled: r.Enabled,
		DisabledAt: moment(instant(r.DisabledAt)), FailingSince: moment(instant(r.FailingSince)),
		CreatedAt: instant(r.CreatedAt), UpdatedAt: instant(r.UpdatedAt),
	}
	if r.DisabledReason != "" {
		w.Reason = &r.DisabledReason
	}
	return w
}

func made(r webhooks.Registration, secret string) *webhookMadeOutput {
	out := &webhookMadeOutput{Body: WebhookMade{Webhook: webhookOf(r)}}
	if secret != "" {
		out.Body.Secret = &secret
	}
	return out
}

// recordHook remembers the answer within the transaction that makes a webhook or its secret. One that shows a secret
// is withheld: it is remembered only that it was given.
func recordHook(ctx context.Context, status int) func(*store.Tx, webhooks.Registration) error {
	return func(tx *store.Tx, r webhooks.Registration) error {
		return web.Record(ctx, tx, status, made(r, "").Body)
	}
}

func (a *api) registerWebhook(ctx context.Context, in *newWebhookInput) (*webhookMadeOutput, error) {
	d := webhooks.Draft{URL: in.Body.URL, Events: in.Body.Events, Description: in.Body.Description}
	if in.Body.Secret != nil {
		d.Secret = *in.Body.Secret
	} else {
		web.Withhold(ctx) // one is made, and shown once
	}
	r, secret, err := a.Webhooks.Create(ctx, web.Caller(ctx).Account.ID, d, recordHook(ctx, http.StatusCreated))
	if err != nil {
		return nil, refusedHook(err, codeNoWebhook, noWebhook)
	}
	return made(r, secret), nil
}

func (a *api) listWebhooks(ctx context.Context, _ *struct{}) (*webhooksOutput, error) {
	list, err := a.Webhooks.List(ctx, web.Caller(ctx).Account.ID)
	if err != nil {
		return nil, err
	}
	out := &webhooksOutput{}
	out.Body.Webhooks = []Webhook{}
	for _, r := range list {
		out.Body.Webhooks = append(out.Body.Webhooks, webhookOf(r))
	}
	return out, nil
}

func (a *api) getWebhook(ctx context.Context, in *WebhookPath) (*webhookOutput, error) {
	r, err := a.Webhooks.Get(ctx, web.Caller(ctx).Account.ID, in.WebhookID)
	if err != nil {
		return nil, refusedHook(err, codeNoWebhook, noWebhook)
	}
	return &webhookOutput{Body: webhookOf(r)}, nil
}

func (a *api) changeWebhook(ctx context.Context, in *changeWebhookInput) (*webhookOutput, error) {
	r, err := a.Webhooks.Update(ctx, web.Caller(ctx).Account.ID, in.WebhookID, webhooks.Change{
		URL: in.Body.URL, Events: in.Body.Events, Description: in.Body.Description, Enabled: in.Body.Enabled,
	})
	if err != nil {
		return nil, refusedHook(err, codeNoWebhook, noWebhook)
	}
	return &webhookOutput{Body: webhookOf(r)}, nil
}

func (a *api) deleteWebhook(ctx context.Context, in *WebhookPath) (*struct{}, error) {
	err := a.Webhooks.Delete(ctx, web.Caller(ctx).Account.ID, in.WebhookID)
	return nil, refusedHook(err, codeNoWebhook, noWebhook)
}

func (a *api) testWebhook(ctx context.Context, in *WebhookPath) (*attemptOutput, error) {
	got, err := a.Webhooks.Test(ctx, web.Caller(ctx).Account.ID, in.WebhookID)
	if err != nil {
		return nil, refusedHook(err, codeNoWebhook, noWebhook)
	}
	return &attemptOutput{Body: attemptOf(got)}, nil
}

func (a *api) rotateWebhook(ctx context.Context, in *rotateWebhookInput) (*webhookMadeOutput, error) {
	given := ""
	if in.Body != nil && in.Body.Secret != nil {
		given = *in.Body.Secret
	} else {
		web.Withhold(ctx)
	}
	r, secret, err := a.Webhooks.RotateSecret(ctx, web.Caller(ctx).Account.ID, in.WebhookID, given, recordHook(ctx, http.StatusOK))
	if err != nil {
		return nil, refusedHook(err, codeNoWebhook, noWebhook)
	}
	return made(r, secret), nil
}

func (a *api) listDeliveries(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
	list, more, err := a.Webhooks.Deliveries(ctx, web.Caller(ctx).Account.ID, in.WebhookID, webhooks.Page{After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, refusedHook(err, codeNoWebhook, noWebhook)
	}
	out := &deliveriesOutput{}
	out.Body.Deliveries, out.Body.HasMore = []Delivery{}, more
	for _, d := range list {
		out.Body.Deliveries = append(out.Body.Deliveries, deliveryOf(d))
	}
	return out, nil
}

func (a *api) redeliver(ctx context.Context, in *deliveryInput) (*deliveryOutput, error) {
	if _, err := a.Webhooks.Get(ctx, web.Caller(ctx).Account.ID, in.WebhookID); err != nil {
		return nil, refusedHook(err, codeNoWebhook, noWebhook)
	}
	d, err := a.Webhooks.Redeliver(ctx, web.Caller(ctx).Account.ID, in.WebhookID, in.DeliveryID,
		func(tx *store.Tx, d webhooks.Delivery) error {
			return web.Record(ctx, tx, http.StatusAccepted, deliveryOf(d))
		})
	if err != nil {
		return nil, refusedHook(err, codeNoDelivery, "There is no such delivery.")
	}
	return &deliveryOutput{Body: deliveryOf(d)}, nil
}

func deliveryOf(d webhooks.Delivery) Delivery {
	out := Delivery{
		DeliveryID: d.ID, WebhookID: d.WebhookID, EventID: d.EventID, Event: d.Type, Status: d.State,
		Attempts: []Attempt{}, NextAt: moment(instant(d.NextAt)), CreatedAt: instant(d.CreatedAt),
	}
	for _, one := range d.Attempts {
		out.Attempts = append(out.Attempts, attemptOf(one))
	}
	return out
}

func attemptOf(got webhooks.Attempt) Attempt {
	out := Attempt{At: instant(got.At), Seconds: got.Took.Seconds(), Response: got.Response}
	if got.Status != 0 {
		out.Status = &got.Status
	}
	if got.Error != "" {
		out.Error = &got.Error
	}
	return out
}
