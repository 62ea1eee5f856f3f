package plugin

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
)

// lastWords keeps the newest lines of a plugin's standard error.
type lastWords struct {
	lines []string
}

const (
	keptLines  = 100
	shownLines = 6
)

func (w *lastWords) add(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	if len(line) > 500 {
		line = strings.ToValidUTF8(line[:500], "") + "…"
	}
	if len(w.lines) == keptLines {
		w.lines = w.lines[1:]
	}
	w.lines = append(w.lines, line)
}

// String gives the lines that say most: from the start of a Go panic, or the last few.
func (w *lastWords) String() string {
	from := max(0, len(w.lines)-shownLines)
	if i := slices.IndexFunc(w.lines, func(l string) bool {
		return strings.HasPrefix(l, "panic: ") || strings.HasPrefix(l, "fatal error: ")
	}); i >= 0 {
		from = i
	}
	return strings.Join(w.lines[from:min(from+shownLines, len(w.lines))], " | ")
}

// parseLogLine reads a line of a plugin's standard error: a JSON object with "level" and "msg", or
// plain text.
func parseLogLine(line string) (slog.Level, string, []any) {
	var record map[string]any
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &record) != nil {
		return slog.LevelInfo, line, nil
	}
	message, ok1 := record["msg"].(string)
	name, ok2 := record["level"].(string)
	if !ok1 || !ok2 {
		return slog.LevelInfo, line, nil
	}
	delete(record, "msg")
	delete(record, "level")
	delete(record, "time")
	level := slog.LevelInfo
	switch strings.ToUpper(name) { // what other languages call theirs
	case "TRACE":
		level = slog.LevelDebug
	case "WARNING":
		level = slog.LevelWarn
	case "CRITICAL", "FATAL":
		level = slog.LevelError
	default:
		_ = level.UnmarshalText([]byte(name))
	}
	keys := make([]string, 0, len(record))
	for k := range record {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	args := make([]any, 0, 2*len(keys))
	for _, k := range keys {
		args = append(args, k, record[k])
	}
	return level, message, args
}
