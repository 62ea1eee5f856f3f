package localtts

// A mark says that an engine spoke a piece of a printed word during [start, end), in samples.
type mark struct {
	word       int
	start, end int
}

// A span is when a printed word is spoken, in samples.
type span struct{ start, end int }

// align gives every one of len(weights) printed words its span, from an engine's marks in order of
// time. A word whose pieces have several marks gets them all. An engine may run words together and
// mark only the first: they share its time by weight. A silent word (weight 0) gets an empty span
// where it stands. Spans never run backwards, never overlap, and stay within [0, length].
func align(marks []mark, weights []int, length int) []span {
	spans := make([]span, len(weights))
	timed := make([]bool, len(weights))
	last := -1 // marks that lead back in the text are the engine repeating itself: they prolong
	for _, m := range marks {
		if m.word < 0 || m.word >= len(spans) {
			continue
		}
		start, end := clamp(m.start, 0, length), clamp(m.end, 0, length)
		w := max(m.word, last)
		if !timed[w] {
			spans[w], timed[w] = span{start, max(start, end)}, true
		} else {
			spans[w].end = max(spans[w].end, end)
		}
		last = w
	}
	share(spans, timed, weights, length)

	at := 0
	for i := range spans {
		if !timed[i] {
			spans[i] = span{at, at}
		}
		spans[i].start = max(spans[i].start, at)
		spans[i].end = max(spans[i].end, spans[i].start)
		at = spans[i].end
		if next := nextTimed(timed, i+1); timed[i] && next < len(spans) && spans[next].start < at {
			at = max(spans[i].start, spans[next].start)
			spans[i].end = at
		}
	}
	return spans
}

// share divides the time of a marked word between it and the sounding words after it that have none.
// Unmarked words at the very beginning take part of the first mark.
func share(spans []span, timed []bool, weights []int, length int) {
	first := nextTimed(timed, 0)
	if first == len(spans) {
		// Nothing was marked at all: everything that sounds shares the whole.
		divide(spans, timed, weights, 0, len(spans), span{0, length})
		return
	}
	divide(spans, timed, weights, 0, first+1, spans[first])
	for i := first; i < len(spans); {
		next := nextTimed(timed, i+1)
		divide(spans, timed, weights, i, next, spans[i])
		i = next
	}
}

// divide shares out the time among the sounding words in [from, to), when more than one is there.
func divide(spans []span, timed []bool, weights []int, from, to int, whole span) {
	total := 0
	for _, w := range weights[from:to] {
		total += w
	}
	if total == 0 {
		return
	}
	done, at := 0, whole.start
	for i := from; i < to; i++ {
		if weights[i] == 0 {
			continue
		}
		done += weights[i]
		end := whole.start + (whole.end-whole.start)*done/total
		spans[i], timed[i] = span{at, end}, true
		at = end
	}
}

func nextTimed(timed []bool, from int) int {
	for from < len(timed) && !timed[from] {
		from++
	}
	return from
}

func clamp(v, low, high int) int { return max(low, min(v, high)) }
