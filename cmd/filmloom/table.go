package main

import (
	"io"
	"slices"
	"strings"
)

// A table lays rows out in columns. What is wider than the terminal loses from its widest column that may
// shrink; a file or a pipe gets everything.
type table struct {
	head   []string
	rows   [][]cell
	right  []int // columns whose texts end at the right
	shrink int   // the column that may be cut; the last one is cut as well where this is not enough
}

// A cell is a text and how it is painted.
type cell struct {
	text  string
	color color
}

// row adds a row of plain texts.
func (t *table) row(texts ...string) {
	cells := make([]cell, len(texts))
	for i, text := range texts {
		cells[i].text = text
	}
	t.rows = append(t.rows, cells)
}

// leastColumns is what is left of a column that is cut.
const leastColumns = 12

func (t *table) write(w io.Writer) error {
	s := screenOf(w)
	widths := make([]int, len(t.head))
	for i, h := range t.head {
		widths[i] = columns(h)
	}
	for _, row := range t.rows {
		for i, c := range row {
			widths[i] = max(widths[i], columns(c.text))
		}
	}
	if s.width > 0 {
		for _, i := range []int{t.shrink, len(widths) - 1} {
			if over := total(widths) - s.width; over > 0 {
				widths[i] = max(widths[i]-over, min(widths[i], leastColumns))
			}
		}
	}
	head := make([]cell, len(t.head))
	for i, h := range t.head {
		head[i] = cell{h, dim}
	}
	var b strings.Builder
	for _, row := range append([][]cell{head}, t.rows...) {
		t.line(&b, s, row, widths)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// line writes one row, without spaces at its end.
func (t *table) line(b *strings.Builder, s screen, row []cell, widths []int) {
	written, begin := 0, 0 // in columns
	for i, c := range row {
		text := cut(c.text, widths[i])
		at := begin
		if slices.Contains(t.right, i) {
			at += widths[i] - columns(text)
		}
		if text != "" {
			b.WriteString(strings.Repeat(" ", at-written) + s.paint(c.color, text))
			written = at + columns(text)
		}
		begin += widths[i] + 2
	}
	b.WriteByte('\n')
}

func total(widths []int) int {
	sum := 2 * (len(widths) - 1)
	for _, w := range widths {
		sum += w
	}
	return sum
}
