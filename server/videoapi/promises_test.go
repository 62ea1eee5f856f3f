package videoapi_test

import (
	"net/url"
	"reflect"
	"testing"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
)

// detailOf is what an error says.
func detailOf(body map[string]any) string {
	detail, _ := body["detail"].(string)
	return detail
}

// usual are how the errors begin that any operation of a kind may answer with.
var usual = map[string][]string{
	"401": {"Not authenticated", "Could not validate credentials"}, "403": {"This API key has no scope "}, "408": {"The body did not arrive in time"},
	"409": {"This Idempotency-Key was used for another request"}, "413": {"The body is larger than "}, "415": {"The body must be "},
	"422": {""}, "429": {"Too many requests; "}, "500": {"Internal server error"}, "503": {"Who calls could not be found out; try again"},
}

// own are those that some operations answer with besides.
var own = map[string][]string{
	"login":   {"401 Incorrect username or password", "429 Too many failed logins; ", "429 Too many requests; "},
	"refresh": {"401 Could not validate credentials"},
	"createVideo": {
		"402 Not enough credits: ", "403 The free plan allows ", "503 The queue is full; ", "503 The server is stopping; ",
	},
	"getVideoTask":    {"404 Task not found"},
	"cancelVideoTask": {"404 Task not found", "409 Nothing is being made"},
	"deleteVideoTask": {"404 Task not found", "409 The task was changed"},
	"followVideoTask": {"404 Task not found"},
	"getImageTask":    {"404 Task not found"},
	"regenerateImage": {"404 Image not found", "409 This image is being made already", "409 The task was changed"},
	"editImage":       {"404 Image not found", "409 This image is being made already", "409 The task was changed"},
}

func TestBothAnswersHaveTheHeadersOfTheDocument(t *testing.T) {
	s := start(t, func(c *config.Config) { c.RateLimitMinute = 4 })
	doc := s.Document(api)
	ann := s.User("ann")
	limits := []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
	const expires, replayed = "X-API-Key-Expires-At", "Idempotency-Replayed"
	once := ann.With("Idempotency-Key", "1")
	doc.CheckHeaders(once.Post("/v1/video", request()).Want(200), "/video", "post", expires, replayed)
	doc.CheckHeaders(once.Post("/v1/video", request()).Want(200), "/video", "post", expires)
	doc.CheckHeaders(ann.Key(identity.Read).Get("/v1/video/tasks/none").Want(404), "/video/tasks/{task_id}", "get", expires)
	doc.CheckHeaders(ann.Post("/v1/video", nil).Want(422), "/video", "post", expires)
	doc.CheckHeaders(ann.Get("/v1/video/tasks").Want(429), "/video/tasks", "get", expires)
	nobody := s.Nobody()
	doc.CheckHeaders(nobody.Get("/v1/video/tasks").Want(401), "/video/tasks", "get", append(limits, expires)...)
	doc.CheckHeaders(nobody.Form("/v1/auth/token", url.Values{"username": {"ann"}, "password": {"x"}}).Want(401), "/auth/token", "post")
}

// The examples say what the operations do.
func TestBothTheExamplesAreWhatIsAnswered(t *testing.T) {
	s := start(t)
	doc := s.Document(api)
	ann := s.User("ann")
	id := order(t, ann, telling(hang))
	until(t, ann, id, hasImages)
	picture := "/v1/images/" + id + ".scene-01"
	for _, row := range []struct {
		path, method, status, example string
		got                           map[string]any
	}{
		{"/images/{image_id}", "post", "409", "conflict", ann.Post(picture, nil).Want(409).JSON()},
		{"/images/{image_id}", "post", "404", "not_found", ann.Post("/v1/images/none", nil).Want(404).JSON()},
		{"/video/tasks/{task_id}", "get", "422", "invalid", ann.Get("/v1/video/tasks/" + id + "?unknown=1").Want(422).JSON()},
		{"/auth/token", "post", "415", "media_type", s.Nobody().Post("/v1/auth/token", map[string]any{}).Want(415).JSON()},
	} {
		want := doc.Paths[row.path][row.method].Responses[row.status].Content["application/json"].Examples[row.example].Value
		if !reflect.DeepEqual(want, row.got) {
			t.Errorf("%s %s %s: the example is %v, the answer %v", row.method, row.path, row.status, want, row.got)
		}
	}
}
