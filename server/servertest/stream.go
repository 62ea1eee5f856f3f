package servertest

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// An Event is one of a stream of server-sent events.
type Event struct {
	ID, Name string // "" for none
	Data     map[string]any
}

// A Stream is an answer whose events are read as a browser reads them.
type Stream struct {
	Status int
	Header http.Header
	t      testing.TB
	what   string // was asked
	lines  *bufio.Reader
	close  func()
}

// Follow opens a stream after an event, or with "" from its beginning. It is closed when the test ends.
func (c *Client) Follow(path, lastID string) *Stream {
	c.s.t.Helper()
	r := c.Request(http.MethodGet, path, "", nil)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	ctx, cancel := context.WithCancel(r.Context())
	resp, err := client.Do(r.WithContext(ctx))
	if err != nil {
		cancel()
		c.s.t.Fatal(err)
	}
	s := &Stream{
		Status: resp.StatusCode, Header: resp.Header, t: c.s.t, what: r.Method + " " + r.URL.Path,
		lines: bufio.NewReader(resp.Body), close: func() { cancel(); _ = resp.Body.Close() },
	}
	s.t.Cleanup(s.close)
	return s
}

// Close leaves the stream, as a client does that goes.
func (s *Stream) Close() { s.close() }

// Want ends the test unless the answer has a status, and with 200 the media type of events.
func (s *Stream) Want(status int) *Stream {
	s.t.Helper()
	if s.Status != status || status == http.StatusOK && s.Header.Get("Content-Type") != "text/event-stream" {
		s.t.Fatalf("%s: %d %v, not %d", s.what, s.Status, s.Header, status)
	}
	return s
}

// patience is how long a stream may tell nothing.
const patience = 2 * time.Minute

// Next is the next event; false means that the stream has ended in order. One that breaks off, or tells nothing
// for two minutes, ends the test.
func (s *Stream) Next() (e Event, ok bool) {
	s.t.Helper()
	defer time.AfterFunc(patience, s.close).Stop()
	for {
		line, err := s.lines.ReadString('\n')
		if err == io.EOF && line == "" && e.Name == "" && e.Data == nil {
			return e, false
		}
		if err != nil {
			s.t.Fatalf("%s breaks off: %v, after %q of %v", s.what, err, line, e)
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			e.ID = value
		case "event":
			e.Name = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.Data); err != nil {
				s.t.Fatalf("%s: %v: %q", s.what, err, value)
			}
		case "": // a line of nothing, or a comment, which stands between events
			if e.Name != "" || e.Data != nil {
				return e, true
			}
		}
	}
}

// Rest are all events that are left.
func (s *Stream) Rest() (all []Event) {
	s.t.Helper()
	for {
		e, ok := s.Next()
		if !ok {
			return all
		}
		all = append(all, e)
	}
}

// Steps are the ids of the steps among events.
func Steps(all []Event) (ids []string) {
	for _, e := range all {
		if e.Name == "step" {
			ids = append(ids, e.ID)
		}
	}
	return ids
}
