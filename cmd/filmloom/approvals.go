package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

// mostShown bounds how many approvals are shown, and how many lines of each.
const mostShown = 12

// writeApprovals shows what a person has to decide, and the commands that do. approve writes the command
// that approves, with more arguments.
func writeApprovals(ctx context.Context, w io.Writer, s *settings, eng *engine.Engine, run string, approvals []engine.Approval, approve func(more ...string) string) {
	for _, a := range approvals[:min(len(approvals), mostShown)] {
		fmt.Fprintf(w, "\n  %s  %s\n", a.Address, oneLine(a.Message))
		for _, line := range shownLines(ctx, eng, a.Show) {
			fmt.Fprintf(w, "    %s\n", line)
		}
	}
	if more := len(approvals) - mostShown; more > 0 {
		fmt.Fprintf(w, "\n  … and %d more; `%s` has all\n", more, s.command("runs", "show", shortID(run), "--json"))
	}
	reject := func(more ...string) string {
		return s.command(append(append([]string{"runs", "reject", shortID(run)}, more...), "--comment", "WHY")...)
	}
	if len(approvals) == 1 {
		fmt.Fprintf(w, "\nTo approve:  %s\nTo reject:   %s\n", approve(), reject())
		return
	}
	first := approvals[0].Address
	fmt.Fprintf(w, "\nTo approve them all:  %s\nTo approve one:       %s\nTo reject one:        %s\n", approve("--all"), approve(first), reject(first))
}

// shownLines is what an approval shows, in lines for a person.
func shownLines(ctx context.Context, eng *engine.Engine, raw json.RawMessage) []string {
	const longest = 200 // columns of a line
	var v any
	if json.Unmarshal(raw, &v) != nil || v == nil {
		return nil
	}
	lines := outline(v, func(f providers.File) string {
		text := fmt.Sprintf("%s, %s", f.Name, bytesText(f.Size))
		if path, err := eng.Artifacts().Path(ctx, f.SHA256); err == nil {
			text += ", " + path
		}
		return text
	})
	for i := range lines {
		lines[i] = cut(lines[i], longest)
	}
	if len(lines) > mostShown {
		lines = append(lines[:mostShown-1], fmt.Sprintf("… and %d more lines; `filmloom runs show --json` has all", len(lines)-mostShown+1))
	}
	return lines
}

// outline writes a JSON value for people: no quotes and braces, a file as the function does.
func outline(v any, file func(providers.File) string) []string {
	switch v := v.(type) {
	case string:
		return strings.Split(strings.TrimSpace(v), "\n")
	case []any:
		var lines []string
		for _, item := range v {
			lines = append(lines, hang("- ", "  ", outline(item, file))...)
		}
		return lines
	case map[string]any:
		if f, ok := asFile(v); ok {
			return []string{file(f)}
		}
		var lines []string
		for name, item := range sorted(v) {
			inner := outline(item, file)
			switch item.(type) {
			case []any, map[string]any:
				if len(inner) > 1 {
					lines = append(append(lines, name+":"), hang("  ", "  ", inner)...)
					continue
				}
			}
			lines = append(lines, hang(name+": ", "  ", inner)...)
		}
		return lines
	}
	return []string{fmt.Sprint(v)}
}

// hang writes something before the first line, and before the others.
func hang(first, others string, lines []string) []string {
	for i := range lines {
		if i == 0 {
			lines[i] = first + lines[i]
		} else {
			lines[i] = others + lines[i]
		}
	}
	return lines
}

// asFile reads an object that is a file value.
func asFile(v map[string]any) (f providers.File, ok bool) {
	for _, name := range []string{"sha256", "size", "media_type", "name"} {
		if _, has := v[name]; !has {
			return f, false
		}
	}
	raw, err := json.Marshal(v)
	if err != nil || len(v) != 4 {
		return f, false
	}
	return f, json.Unmarshal(raw, &f) == nil && f.SHA256 != ""
}
