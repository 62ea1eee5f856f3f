package providertest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// A logBook keeps what the host of a plugin logs: the plugin's own words, and what becomes of its process.
type logBook struct {
	mu    sync.Mutex
	lines []string
	pid   int64 // of the newest process; 0 before it was started
	words int   // lines that the plugin itself wrote
}

func (b *logBook) logger() *slog.Logger { return slog.New(bookHandler{b, nil}) }

func (b *logBook) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.lines, "\n")
}

// process is the number of the newest process.
func (b *logBook) process() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int(b.pid)
}

// hostWords begin what the host itself logs of a plugin; all else is the plugin's.
var hostWords = []string{
	"plugin started", "plugin stopped after idle time", "plugin died", "plugin wrote to its standard output",
	"plugin did not", "plugin restarted", "plugin leaves SIGTERM",
}

func (b *logBook) add(r slog.Record, attrs []slog.Attr) {
	line := r.Level.String() + " " + r.Message
	for _, a := range attrs {
		line += " " + a.String()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.String()
		if r.Message == "plugin started" && a.Key == "pid" {
			_, _ = fmt.Sscan(a.Value.String(), &b.pid)
		}
		return true
	})
	b.lines = append(b.lines, line)
	for _, w := range hostWords {
		if strings.HasPrefix(r.Message, w) {
			return
		}
	}
	b.words++
}

func (b *logBook) heard() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.words
}

// bookHandler is a logBook as a [slog.Handler]. Groups are not told apart.
type bookHandler struct {
	book  *logBook
	attrs []slog.Attr
}

func (h bookHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h bookHandler) Handle(_ context.Context, r slog.Record) error {
	h.book.add(r, h.attrs)
	return nil
}

func (h bookHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return bookHandler{h.book, append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)}
}

func (h bookHandler) WithGroup(string) slog.Handler { return h }

var _ slog.Handler = bookHandler{}
