package studioapi_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// A receiver takes deliveries, as a program that has registered a webhook.
type receiver struct {
	t   testing.TB
	URL string
	got chan delivered
}

type delivered struct {
	header http.Header
	body   []byte
	event  object
}

// receive starts a receiver. answer, when not nil, decides what it answers.
func receive(t testing.TB, answer func(n int) int) *receiver {
	t.Helper()
	r := &receiver{t: t, got: make(chan delivered, 10_000)}
	calls := make(chan int, 1)
	calls <- 0
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		d := delivered{header: req.Header}
		var err error
		if d.body, err = io.ReadAll(req.Body); err == nil {
			err = json.Unmarshal(d.body, &d.event)
		}
		if err != nil || req.Method != http.MethodPost {
			t.Errorf("%s: %v %q", req.Method, err, d.body)
		}
		n := <-calls + 1
		calls <- n
		status := http.StatusNoContent
		if answer != nil {
			status = answer(n)
		}
		if status < 300 {
			r.got <- d
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(web.Close)
	r.URL = web.URL + "/hook"
	return r
}

// next is the next delivery.
func (r *receiver) next() delivered {
	r.t.Helper()
	select {
	case d := <-r.got:
		return d
	case <-time.After(30 * time.Second):
		r.t.Fatal("nothing is delivered")
	}
	return delivered{}
}

// of gives the deliveries of so many events, by their type.
func (r *receiver) of(n int) map[string][]delivered {
	r.t.Helper()
	all := map[string][]delivered{}
	for range n {
		d := r.next()
		kind, _ := d.event["type"].(string)
		all[kind] = append(all[kind], d)
	}
	return all
}

// local lets webhooks be sent to this machine.
func local(t testing.TB) func(*config.Config) {
	return func(c *config.Config) { c.WebhookAllow = parsePrefixes(t, "127.0.0.0/8") }
}

// register registers a receiver and gives the webhook.
func (r *receiver) register(c *servertest.Client, secret string, events ...string) object {
	r.t.Helper()
	body := object{"url": r.URL, "events": events}
	if secret != "" {
		body["secret"] = secret
	}
	return c.Post("/api/v1/webhooks", body).Want(201).JSON()
}

// verify checks a delivery's signatures with a secret.
func verify(t testing.TB, d delivered, secret string) {
	t.Helper()
	wh, err := standardwebhooks.NewWebhookRaw([]byte(secret))
	if strings.HasPrefix(secret, "whsec_") {
		wh, err = standardwebhooks.NewWebhook(secret)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := wh.Verify(d.body, d.header); err != nil {
		t.Errorf("%v: %v", err, d.header)
	}
	if err := wh.Verify(append(slices.Clone(d.body), ' '), d.header); err == nil {
		t.Error("another body has the same signature")
	}
}

func TestACompletedJobIsDeliveredAsPrinted(t *testing.T) {
	const raw, encoded = "your_webhook_secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	for name, secret := range map[string]string{"a secret of one's own": raw, "a whsec_ secret": encoded, "one that was made": ""} {
		t.Run(name, func(t *testing.T) {
			s := start(t, local(t))
			ann, rec := s.User("ann"), receive(t, nil)
			hook := rec.register(ann, secret, "job.completed", "job.failed")
			if made, ok := hook["secret"].(string); ok == (secret != "") {
				t.Errorf("got %v", hook)
			} else if ok {
				secret = made
			}
			_, j := film(t, ann, draft(nil))
			d := rec.next()
			asSpecified(t, webhookPayload, d.event)
			data := d.event["data"].(object)
			if d.event["event"] != "job.completed" || d.event["type"] != "job.completed" || d.event["id"] != d.header.Get("webhook-id") || len(d.event) != 5 ||
				data["job_id"] != j["job_id"] || data["project_id"] != j["project_id"] || data["status"] != "completed" || len(data) != 4 {
				t.Errorf("got %s", d.body)
			}
			if d.header.Get("Content-Type") != "application/json" || d.event["timestamp"] != moment(t, j["completed_at"]).Truncate(time.Second).Format(time.RFC3339) {
				t.Errorf("got %v %s", d.header, d.body)
			}
			verify(t, d, secret)
			key := []byte(secret)
			if strings.HasPrefix(secret, "whsec_") {
				return
			}
			mac := hmac.New(sha256.New, key)
			mac.Write(d.body)
			if got := d.header.Get("X-Webhook-Signature"); got != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
				t.Errorf("X-Webhook-Signature: %s", got)
			}
		})
	}
}

// The link lives 7 days, whatever the server's other links do.
func TestADeliveredLinkLivesSevenDays(t *testing.T) {
	s := start(t, local(t), func(c *config.Config) { c.MediaLifetime = time.Hour })
	ann, rec := s.User("ann"), receive(t, nil)
	rec.register(ann, "", "job.completed")
	film(t, ann, draft(nil))
	link := rec.next().event["data"].(object)["output_url"].(string)
	expiry, _, _ := strings.Cut(strings.Split(link, "/")[4], ".")
	seconds, err := strconv.ParseInt(expiry, 10, 64)
	left := time.Until(time.Unix(seconds, 0))
	if err != nil || left < 7*24*time.Hour-time.Minute || left > 7*24*time.Hour+15*time.Minute {
		t.Errorf("%s lives %v", link, left)
	}
	if a := s.Nobody().Get(link).Want(200); a.Header.Get("Content-Type") != "video/mp4" {
		t.Errorf("got %v", a.Header)
	}
}

var allEvents = []string{"job.queued", "job.started", "job.completed", "job.failed", "job.cancelled", "batch.completed", "credits.low"}

func TestEveryEventOfAJobIsDelivered(t *testing.T) {
	s, w := staffed(t, local(t))
	ann, bob, rec := s.User("ann"), s.User("bob"), receive(t, nil)
	rec.register(ann, "", allEvents...)
	film(t, bob, draft(nil)) // nobody is told of it
	check := func(all map[string][]delivered, j object, kinds ...string) {
		t.Helper()
		for _, kind := range kinds {
			if len(all[kind]) != 1 {
				t.Errorf("%d times %s", len(all[kind]), kind)
				continue
			}
			e := all[kind][0].event
			data := e["data"].(object)
			want := map[string]string{"job.queued": "queued", "job.started": "processing"}[kind]
			if want == "" {
				want = strings.TrimPrefix(kind, "job.")
			}
			if data["job_id"] != j["job_id"] || data["project_id"] != j["project_id"] || data["status"] != want {
				t.Errorf("%s: %v", kind, e)
			}
			if (kind == "job.completed") != (data["output_url"] != nil) || (kind == "job.failed") != (data["error"] != nil) {
				t.Errorf("%s: %v", kind, e)
			}
		}
	}
	_, j := film(t, ann, draft(nil))
	check(rec.of(3), j, "job.queued", "job.started", "job.completed")
	w.breakOff("music.compose", providers.KindRejected)
	_, j = film(t, ann, draft(nil))
	all := rec.of(3)
	check(all, j, "job.queued", "job.started", "job.failed")
	if got := all["job.failed"][0].event["data"].(object)["error"]; fmt.Sprint(got) != fmt.Sprint(j["error"]) {
		t.Errorf("got %v, the job has %v", got, j["error"])
	}
	w.mend()
	id := generate(t, ann, create(t, ann, telling(hang)), nil)
	until(t, ann, id, func(j object) bool { return j["started_at"] != nil })
	j = ann.Post("/api/v1/jobs/"+id+"/cancel", nil).Want(200).JSON()
	check(rec.of(3), j, "job.queued", "job.started", "job.cancelled")
	select {
	case d := <-rec.got:
		t.Errorf("one more: %s", d.body)
	default:
	}
}

func TestLowCreditsAreToldOnce(t *testing.T) {
	s := start(t, local(t), plan("standard"))
	admin, ann, rec := s.Admin(), s.User("ann"), receive(t, nil)
	rec.register(ann, "", "credits.low")
	rec.register(admin, "", "job.queued")
	for range 4 { // 30 credits, 6 at a time
		generate(t, ann, create(t, ann, draft(object{"settings": object{"duration": 120}})), nil)
	}
	generate(t, ann, create(t, ann, draft(object{"settings": object{"duration": 100}})), nil)
	e := rec.next().event
	if data := e["data"].(object); e["event"] != "credits.low" || data["available"] != 1.0 || data["plan"] != "standard" {
		t.Errorf("got %v", e)
	}
	generate(t, ann, create(t, ann, draft(object{"settings": object{"duration": 20}})), nil)
	generate(t, admin, create(t, admin, draft(nil)), nil)
	if e := rec.next().event; e["event"] != "job.queued" {
		t.Errorf("it is told again: %v", e)
	}
}

func TestAWebhookIsChangedAndItsDeliveriesAreSeen(t *testing.T) {
	s := start(t, local(t))
	ann, rec := s.User("ann"), receive(t, nil)
	hook := rec.register(ann, "first secret", "job.completed")
	id := hook["webhook_id"].(string)
	path := "/api/v1/webhooks/" + id
	want := object{
		"webhook_id": id, "url": rec.URL, "events": []any{"job.completed"}, "description": "", "enabled": true, "disabled_at": nil,
		"disabled_reason": nil, "failing_since": nil, "created_at": hook["created_at"], "updated_at": hook["updated_at"],
	}
	if got := ann.Get(path).Want(200).JSON(); fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprint(hook) != fmt.Sprint(want) {
		t.Errorf("got  %v\n     %v\nwant %v", got, hook, want)
	}
	if a := ann.Post(path+"/test", nil).Want(200).JSON(); a["status"] != 204.0 || a["error"] != nil {
		t.Errorf("got %v", a)
	}
	d := rec.next()
	if d.event["event"] != "webhook.test" || d.event["data"].(object)["webhook_id"] != id {
		t.Errorf("got %s", d.body)
	}
	verify(t, d, "first secret")
	// For a day both secrets sign.
	rotated := ann.Post(path+"/rotate-secret", nil).Want(200).JSON()
	secret, _ := rotated["secret"].(string)
	film(t, ann, draft(nil))
	d = rec.next()
	verify(t, d, "first secret")
	verify(t, d, secret)
	list := ann.Get(path + "/deliveries").Want(200).JSON()
	one := list["deliveries"].([]any)[0].(object)
	if len(list["deliveries"].([]any)) != 1 || list["has_more"] != false || one["event"] != "job.completed" || one["event_id"] != d.header.Get("webhook-id") || one["webhook_id"] != id {
		t.Errorf("got %v", list)
	}
	untilDelivered(t, ann, path, 1)
	again := ann.Post(path+"/deliveries/"+one["delivery_id"].(string)+"/redeliver", nil).Want(202).JSON()
	if again["delivery_id"] != one["delivery_id"] || again["status"] != "pending" {
		t.Errorf("got %v", again)
	}
	if r := rec.next(); r.header.Get("webhook-id") != d.header.Get("webhook-id") {
		t.Errorf("got %v", r.header)
	}
	untilDelivered(t, ann, path, 2)
	changed := ann.Patch(path, object{"events": []string{"job.failed"}, "description": "the blog", "enabled": false}).Want(200).JSON()
	if fmt.Sprint(changed["events"]) != "[job.failed]" || changed["description"] != "the blog" || changed["enabled"] != false || changed["disabled_at"] == nil || changed["disabled_reason"] == nil {
		t.Errorf("got %v", changed)
	}
	failure(t, ann.Post(path+"/deliveries/"+one["delivery_id"].(string)+"/redeliver", nil), 409, "CONFLICT")
	failure(t, ann.Post(path+"/deliveries/none/redeliver", nil), 409, "CONFLICT")
	ann.Patch(path, object{"enabled": true}).Want(200)
	failure(t, ann.Post(path+"/deliveries/none/redeliver", nil), 404, "DELIVERY_NOT_FOUND")
	s.Restart()
	if n := len(ann.Get("/api/v1/webhooks").Want(200).JSON()["webhooks"].([]any)); n != 1 {
		t.Errorf("%d webhooks", n)
	}
	if a := ann.Delete(path).Want(204); len(a.Body) > 0 {
		t.Errorf("got %q", a.Body)
	}
	for _, a := range []*servertest.Answer{
		ann.Get(path), ann.Patch(path, object{}), ann.Delete(path), ann.Post(path+"/test", nil), ann.Post(path+"/rotate-secret", nil), ann.Get(path + "/deliveries"),
	} {
		failure(t, a, 404, "WEBHOOK_NOT_FOUND")
	}
}

// untilDelivered waits until the newest delivery has been tried so often and is delivered.
func untilDelivered(t testing.TB, c *servertest.Client, path string, tries int) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); <-time.After(time.Millisecond) {
		d := c.Get(path + "/deliveries").Want(200).JSON()["deliveries"].([]any)[0].(object)
		attempts := d["attempts"].([]any)
		if d["status"] == "delivered" && len(attempts) == tries {
			if a := attempts[tries-1].(object); a["status"] != 204.0 || a["error"] != nil || d["next_attempt_at"] != nil || len(a) != 5 {
				t.Errorf("got %v", d)
			}
			return
		}
	}
	t.Fatal("it is never delivered")
}

func TestAReceiverThatIsGoneIsDisabled(t *testing.T) {
	s := start(t, local(t))
	ann, rec := s.User("ann"), receive(t, func(int) int { return http.StatusGone })
	path := "/api/v1/webhooks/" + rec.register(ann, "", "job.completed")["webhook_id"].(string)
	film(t, ann, draft(nil))
	for end := time.Now().Add(30 * time.Second); ann.Get(path).Want(200).JSON()["enabled"] == true; <-time.After(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it is never disabled")
		}
	}
	if got := ann.Get(path).JSON(); got["disabled_reason"] != "The receiver answered 410 Gone." || got["disabled_at"] == nil {
		t.Errorf("got %v", got)
	}
}

// Delivery is tried again with the same id and body until the receiver takes it.
func TestADeliveryIsTriedAgain(t *testing.T) {
	s := start(t, local(t))
	var calls atomic.Int32
	bodies := make(chan []byte, 10)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // compared below
		bodies <- append([]byte(r.Header.Get("webhook-id")+"\n"), body...)
		if calls.Add(1) == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(web.Close)
	ann := s.User("ann")
	ann.Post("/api/v1/webhooks", object{"url": web.URL, "events": []string{"job.queued"}}).Want(201)
	generate(t, ann, create(t, ann, draft(nil)), nil)
	var first []byte
	for range 2 {
		select {
		case body := <-bodies:
			if first == nil {
				first = body
			} else if !bytes.Equal(first, body) {
				t.Errorf("got %s, first %s", body, first)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("it is not tried again")
		}
	}
}

func TestWhereNoWebhookGoes(t *testing.T) {
	ann := start(t).User("ann")
	for _, target := range []string{
		"http://your-app.com/webhook", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://10.0.0.1", "https://192.168.1.1",
		"https://169.254.169.254/latest", "https://100.64.0.1", "https://0.0.0.0", "https://[fe80::1]", "https://[64:ff9b::7f00:1]",
		"https://[2002:7f00:1::]", "https://[::ffff:127.0.0.1]", "https://224.0.0.1", "https://192.0.2.1", "https://2130706433", "https://0x7f.1",
		"https://user:s3cret@your-app.com/", "ftp://your-app.com", "your-app.com", "", "https://", "https://your-app.com:25/", "https://router.local/",
		"https://your-app.com/#x", "javascript:alert(1)", "https://your-app.com/" + strings.Repeat("x", 2048),
	} {
		body := object{"url": target, "events": []string{"job.failed"}}
		a := ann.Post("/api/v1/webhooks", body)
		invalid(t, a, "body.url")
		if u, err := url.Parse(target); err == nil && u.User != nil && strings.Contains(string(a.Body), "s3cret") {
			t.Errorf("the password is told: %s", a.Body)
		}
	}
	good := ann.Post("/api/v1/webhooks", object{"url": "https://your-app.com/webhook", "events": []string{"job.failed"}}).Want(201).JSON()["webhook_id"].(string)
	invalid(t, ann.Patch("/api/v1/webhooks/"+good, object{"url": "https://127.0.0.1/"}), "body.url")
	for field, values := range map[string][]any{
		"events": {[]string{}, []string{"job.done"}, "job.failed", []any{1}}, "secret": {"", strings.Repeat("x", 257), "a\nb", "whsec_%%%", 1},
		"description": {strings.Repeat("x", 257), 1}, "enabled": {"yes"}, "secrets": {"x"},
	} {
		for _, v := range values {
			body := object{"url": "https://your-app.com/webhook", "events": []string{"job.failed"}, field: v}
			if fields := problems(t, ann.Post("/api/v1/webhooks", body)); !slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, "body."+field) }) {
				t.Errorf("%s %v: %v", field, v, fields)
			}
		}
	}
	for range 19 {
		ann.Post("/api/v1/webhooks", object{"url": "https://your-app.com/webhook", "events": []string{"job.failed"}}).Want(201)
	}
	failure(t, ann.Post("/api/v1/webhooks", object{"url": "https://your-app.com/webhook", "events": []string{"job.failed"}}), 409, "CONFLICT")
}
