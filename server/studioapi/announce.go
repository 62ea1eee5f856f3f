package studioapi

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/web"
	"github.com/filmloom/filmloom/server/webhooks"
)

// What receivers of webhooks get. See tell.go for when.

// A Notice is what every event tells, beside its data.
type Notice struct {
	ID        string    `json:"id" doc:"Names the event; it is the same on every try." example:"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011_completed"`
	Type      string    `json:"type" enum:"job.queued,job.started,job.completed,job.failed,job.cancelled,batch.completed,credits.low,webhook.test" doc:"What has happened, by its name in Standard Webhooks." example:"job.completed"`
	Event     string    `json:"event" enum:"job.queued,job.started,job.completed,job.failed,job.cancelled,batch.completed,credits.low,webhook.test" doc:"The same, by its name in this API." example:"job.completed"`
	Timestamp time.Time `json:"timestamp" doc:"When it happened, to the second." example:"2026-01-02T15:09:05Z"`
}

// A JobNotice tells of a job.
type JobNotice struct {
	Notice
	Data JobNews `json:"data" doc:"The job."`
}

// JobNews are what a job's event tells of it.
type JobNews struct {
	JobID     string    `json:"job_id" doc:"Names the job." example:"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011"`
	ProjectID string    `json:"project_id" doc:"The project." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Status    string    `json:"status" enum:"queued,processing,completed,failed,cancelled" doc:"Where it stood then." example:"completed"`
	OutputURL *string   `json:"output_url,omitempty" doc:"The film, for seven days from the first try: with \"completed\", and where only its upload has failed or was cancelled." example:"https://films.example.org/media/1767225600.c2ln/e3b0/My%20Video.mp4"`
	Error     *JobError `json:"error,omitempty" doc:"With \"failed\": why."`
}

// A BatchNotice tells of a batch.
type BatchNotice struct {
	Notice
	Data BatchNews `json:"data" doc:"The batch."`
}

// BatchNews are what a batch's event tells of it.
type BatchNews struct {
	BatchID string         `json:"batch_id" doc:"Names the batch." example:"0193a5b2-b051-7e73-9b6f-9e1122334455"`
	Status  string         `json:"status" enum:"completed" doc:"Always \"completed\"." example:"completed"`
	Items   []BatchOutcome `json:"items" nullable:"false" doc:"What became of each item, in their order."`
}

// A BatchOutcome is what became of an item.
type BatchOutcome struct {
	ProjectID *string `json:"project_id" doc:"The project; null when none could be made." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	JobID     *string `json:"job_id" doc:"The job; null when none could be started." example:"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011"`
	Status    string  `json:"status" enum:"completed,failed,cancelled,rejected" doc:"Of the job; rejected when none could be started." example:"completed"`
}

// A CreditsNotice tells of an account's credits.
type CreditsNotice struct {
	Notice
	Data CreditsNews `json:"data" doc:"The account's credits."`
}

// CreditsNews are what is told of an account whose credits run out.
type CreditsNews struct {
	Available int    `json:"available" doc:"Credits that can be spent." example:"4"`
	Plan      string `json:"plan" doc:"The account's plan." example:"standard"`
}

// A TestNotice tells of nothing.
type TestNotice struct {
	Notice
	Data TestNews `json:"data" doc:"The webhook."`
}

// TestNews are what a test tells.
type TestNews struct {
	WebhookID string `json:"webhook_id" doc:"The webhook that is tested." example:"0193a5b2-9e3f-7c51-9f4d-7c8e9f001122"`
}

// announce describes the events to those who receive them.
func (a *api) announce() {
	const (
		job, project = "0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011", "0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"
		batch, hook  = "0193a5b2-b051-7e73-9b6f-9e1122334455", "0193a5b2-9e3f-7c51-9f4d-7c8e9f001122"
	)
	link, made, begun := "https://films.example.org/media/1767225600.c2ln/e3b0/My%20Video.mp4", project, job
	is := func(kind, id string) Notice {
		return Notice{ID: id, Type: kind, Event: kind, Timestamp: time.Date(2026, 1, 2, 15, 9, 5, 0, time.UTC)}
	}
	news := func(s production.Status) JobNews { return JobNews{JobID: job, ProjectID: project, Status: string(s)} }
	done, failed := news(production.Completed), news(production.Failed)
	done.OutputURL, failed.Error = &link, &JobError{Code: "CONTENT_REJECTED", Message: "A provider has rejected the content."}

	a.event("jobQueued", "A job waits", JobNotice{is(webhooks.JobQueued, job+"_queued"), news(production.Queued)})
	a.event("jobStarted", "Work on a job began", JobNotice{is(webhooks.JobStarted, job+"_processing"), news(production.Processing)})
	a.event("jobCompleted", "A job's film is ready", JobNotice{is(webhooks.JobCompleted, job+"_completed"), done})
	a.event("jobFailed", "A job has failed", JobNotice{is(webhooks.JobFailed, job+"_failed"), failed})
	a.event("jobCancelled", "A job was cancelled", JobNotice{is(webhooks.JobCancelled, job+"_cancelled"), news(production.Cancelled)})
	a.event("batchCompleted", "Every job of a batch has ended", BatchNotice{is(webhooks.BatchCompleted, batch+"_completed"), BatchNews{
		BatchID: batch, Status: "completed", Items: []BatchOutcome{{&made, &begun, "completed"}, {nil, nil, "rejected"}},
	}})
	a.event("creditsLow", "Credits run out", CreditsNotice{is(webhooks.CreditsLow, job+"_credits_low"), CreditsNews{4, "standard"}})
	a.event("webhookTest", "A webhook is tested", TestNotice{is(webhooks.Ping, "test_0193a5b2-9e3f-7c51-9f4d-7c8e9f001133"), TestNews{hook}})
}

// kind is the type of the event.
func (n Notice) kind() string { return n.Type }

// event describes one. body is an example of what is sent.
func (a *api) event(id, summary string, body interface{ kind() string }) {
	text := func(name, description, example string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Required: true, Description: description, Example: example, Schema: &huma.Schema{Type: "string"}}
	}
	h := web.Hook{
		Event: body.kind(), ID: id, Tag: "webhooks", Summary: summary, Body: body,
		Description: "Sent to the webhooks that are registered for it, until one of the tries is taken. Events may overtake each other.",
		Parameters: []*huma.Param{
			text("webhook-id", "Names the event, as id does.", "0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011_completed"),
			text("webhook-timestamp", "When this try was made, in seconds since 1970.", "1767366545"),
			text("webhook-signature", "The signatures of Standard Webhooks, with a space between.", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
			text("X-Webhook-Signature", "The HMAC-SHA256 of the body alone, in hex.", "sha256=2f8f1d0ab5e3f1f3a1c09be6b3c1e4c1d2f1a7e09b8c7d6e5f4a3b2c1d0e9f8a"),
		},
		Responses: map[string]*huma.Response{
			"2XX": {Description: "It is taken"},
			"410": {Description: "Never call again: the webhook is disabled"},
		},
	}
	if h.Event == webhooks.Ping {
		h.Description = "Sent once, when you ask for it. Nobody registers for it."
	}
	a.Announce(h)
}
