package providertest

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
)

// An Outcome is what came of a check.
type Outcome string

// The outcomes.
const (
	Pass Outcome = "pass"
	Fail Outcome = "fail"
	Skip Outcome = "skip" // it could not be tried; the details say why
)

func (o Outcome) symbol() string {
	switch o {
	case Pass:
		return "✓"
	case Fail:
		return "✗"
	}
	return "–"
}

// A Result is one check with what came of it.
type Result struct {
	Group   string        `json:"group"`
	Name    string        `json:"name"`
	Promise string        `json:"promise"` // what is checked, in one sentence
	Outcome Outcome       `json:"outcome"`
	Details []string      `json:"details,omitempty"` // what is wrong, why it was skipped, or what else there is to say
	Took    time.Duration `json:"took_ns"`
}

// A Report is what came of all checks.
type Report struct {
	Subject  string          `json:"subject"` // the command, or "in process"
	Name     string          `json:"name"`    // as the provider says; "" when it does not answer
	Version  string          `json:"version"`
	Passed   int             `json:"passed"`
	Failed   int             `json:"failed"`
	Skipped  int             `json:"skipped"`
	Cost     providers.Money `json:"cost"`     // of all calls, as the provider says, in millionths of a dollar
	Complete bool            `json:"complete"` // false when the context ended first
	Results  []Result        `json:"results"`
}

// OK tells whether every check was made and none failed.
func (r Report) OK() bool { return r.Failed == 0 && r.Complete }

func (r *Report) add(result Result) {
	switch result.Outcome {
	case Pass:
		r.Passed++
	case Fail:
		r.Failed++
	default:
		r.Skipped++
	}
	r.Results = append(r.Results, result)
}

// WriteText writes the report for people, in lines of at most width columns; 0 means 80.
func (r Report) WriteText(w io.Writer, width int) error {
	t := Text{W: w, Width: width}
	for _, result := range r.Results {
		if err := t.Result(result); err != nil {
			return err
		}
	}
	return t.End(r)
}

// A Text writes a report for people piece by piece, while the checks are made.
type Text struct {
	W     io.Writer
	Width int                                 // columns of a line at most; 0 means 80
	Paint func(o Outcome, text string) string // colors a symbol; nil leaves it

	group string
}

// nameWidth holds the longest name of a check.
const nameWidth = 18

// Result writes one result, below the title of its group.
func (t *Text) Result(r Result) error {
	var b strings.Builder
	if r.Group != t.group {
		if t.group != "" {
			b.WriteByte('\n')
		}
		t.group = r.Group
		b.WriteString(r.Group + "\n")
	}
	symbol := r.Outcome.symbol()
	if t.Paint != nil {
		symbol = t.Paint(r.Outcome, symbol)
	}
	fmt.Fprintf(&b, "  %s %-*s ", symbol, nameWidth, r.Name)
	t.wrap(&b, r.Promise, nameWidth+5)
	for _, d := range r.Details {
		b.WriteString("      ")
		t.wrap(&b, d, 8)
	}
	_, err := io.WriteString(t.W, b.String())
	return err
}

// End writes the last lines.
func (t *Text) End(r Report) error {
	var b strings.Builder
	if t.group != "" {
		b.WriteByte('\n')
	}
	if r.Cost > 0 {
		fmt.Fprintf(&b, "The calls cost $%.4f.\n", r.Cost.USD())
	}
	if !r.Complete {
		b.WriteString("It was interrupted; not every check was made.\n")
	}
	fmt.Fprintf(&b, "%d passed, %d failed, %d skipped\n", r.Passed, r.Failed, r.Skipped)
	_, err := io.WriteString(t.W, b.String())
	return err
}

// wrap writes words, later lines below an indent. The first line has as much room as the later ones, but
// for details, which begin two columns before.
func (t *Text) wrap(b *strings.Builder, text string, indent int) {
	width := t.Width
	if width <= 0 {
		width = 80
	}
	room, used := max(width-indent, 20), 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case used+1+n > room:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	b.WriteByte('\n')
}
