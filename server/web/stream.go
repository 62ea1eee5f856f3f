package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Heartbeat is how often a silent stream shows that it is alive, unless SiteConfig says otherwise.
const Heartbeat = 15 * time.Second

// eventType is the media type of streams.
const eventType = "text/event-stream"

// A Message is one event of a stream (the EventSource part of the HTML standard).
type Message struct {
	ID    string // "" for one that is not found again
	Event string // its type
	Data  any    // as JSON
}

// MessageSchema describes a stream's messages of one type in the document: what they tell, and whether they have an id,
// with which they are found again.
func MessageSchema(event, doc string, found bool, data *huma.Schema) *huma.Schema {
	s := &huma.Schema{
		Type: huma.TypeObject, Title: event, Description: doc, Required: []string{"event", "data"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{"event": {Type: huma.TypeString, Enum: []any{event}, Description: "Its kind."}, "data": data},
	}
	if found {
		s.Required = append(s.Required, "id")
		s.Properties["id"] = &huma.Schema{Type: huma.TypeString, Description: "From which the stream can go on.", Examples: []any{"1-42"}}
	}
	return s
}

// Stream answers with events until they end, the client goes or the server stops. produce gives them in its own
// goroutine and must return when its context ends. What it panics with is the handler's panic.
func Stream(produce func(ctx context.Context, send func(Message) bool)) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		_, w := humago.Unwrap(hctx)
		w.Header().Set("Content-Type", eventType)
		w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
		hctx.SetStatus(http.StatusOK)
		if hctx.Method() == http.MethodHead {
			return
		}
		s := stream{w: w, control: http.NewResponseController(w), beat: Heartbeat, slow: time.Minute}
		if r := requestOf(hctx.Context()); r != nil {
			s.beat, s.slow = r.site.conf.Heartbeat, r.site.slow
		}
		ctx, cancel := Patient(hctx.Context())
		messages, failed := producing(ctx, produce)
		defer func() {
			cancel()
			for range messages { // until produce has returned
			}
			_ = s.control.SetWriteDeadline(time.Time{}) // the connection may have further requests
			if p := <-failed; p != nil {
				panic(p)
			}
		}()
		s.run(ctx, messages)
	}}
}

// producing runs produce. Its messages end when it has returned; then failed has what it has panicked with.
func producing(ctx context.Context, produce func(context.Context, func(Message) bool)) (_ <-chan Message, failed <-chan any) {
	messages, end := make(chan Message), make(chan any, 1)
	go func() {
		defer close(messages)
		defer func() { end <- recover() }()
		produce(ctx, func(m Message) bool {
			if ctx.Err() != nil {
				return false
			}
			select {
			case messages <- m:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	return messages, end
}

type stream struct {
	w          http.ResponseWriter
	control    *http.ResponseController
	beat, slow time.Duration
}

func (s stream) run(ctx context.Context, messages <-chan Message) {
	beat := time.NewTicker(s.beat)
	defer beat.Stop()
	if !s.write("retry: 2000\n\n") {
		return
	}
	for {
		select {
		case m, ok := <-messages:
			if !ok || !s.send(m) {
				return
			}
			beat.Reset(s.beat)
		case <-beat.C:
			if !s.write(": still here\n\n") {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

func (s stream) send(m Message) bool {
	data, err := json.Marshal(m.Data)
	if err != nil {
		return false
	}
	text := fmt.Sprintf("event: %s\ndata: %s\n\n", m.Event, data)
	if m.ID != "" {
		text = "id: " + m.ID + "\n" + text
	}
	return s.write(text)
}

// write gives a client that does not read a minute.
func (s stream) write(text string) bool {
	_ = s.control.SetWriteDeadline(time.Now().Add(s.slow)) // not every writer can
	if _, err := s.w.Write([]byte(text)); err != nil {
		return false
	}
	return s.control.Flush() == nil
}
