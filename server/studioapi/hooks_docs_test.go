package studioapi_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	identifiers = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	instants    = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"`)
)

// likeness is JSON without what differs from one event to the next: ids are numbered as they come, and the time is
// taken out.
func likeness(t *testing.T, body []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	text := identifiers.ReplaceAllStringFunc(string(raw), func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprint("id", len(seen)+1)
		}
		return seen[id]
	})
	return instants.ReplaceAllString(text, "then")
}

// onThePage are the events that the page for receivers prints, by their type.
func onThePage(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, block := range strings.Split(string(page), "```json\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		var e struct{ Type string }
		if err := json.Unmarshal([]byte(block), &e); err != nil {
			t.Fatalf("%v: %s", err, block)
		}
		all[e.Type] = likeness(t, []byte(block))
	}
	return all
}

func TestEventsAreAsThePagePrintsThem(t *testing.T) {
	s := start(t, local(t), plan("standard"))
	ann, rec := s.User("ann"), receive(t, nil)
	hook := rec.register(ann, "", "batch.completed", "credits.low")
	page := onThePage(t)
	check := func(kind string) {
		t.Helper()
		d := rec.next()
		if got := likeness(t, d.body); got != page[kind] || d.event["id"] != d.header.Get("webhook-id") {
			t.Errorf("arrived:\n%s\nprinted:\n%s", got, page[kind])
		}
		delete(page, kind)
	}
	ann.Post("/api/v1/webhooks/"+hook["webhook_id"].(string)+"/test", nil).Want(200)
	check("webhook.test")
	// 30 credits; nothing is said at 3 of them, but below.
	for _, seconds := range []int{120, 120, 120, 120, 60} {
		generate(t, ann, create(t, ann, draft(object{"settings": object{"duration": seconds}})), nil)
	}
	if n := credits(t, ann); n != 3 {
		t.Fatalf("%d credits are left", n)
	}
	p := create(t, ann, draft(object{"settings": object{"duration": 20}}))
	ann.Post("/api/v1/batches", object{"items": []object{{"project_id": p}, {"project_id": "none"}}}).Want(202)
	check("credits.low")
	check("batch.completed")
	for kind := range page {
		t.Errorf("%s is printed, and was not looked at", kind)
	}
}
