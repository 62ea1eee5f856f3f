package sentence

import "slices"

const (
	// mostGroups bounds the pictures of one film. A text too long for it gets longer groups; a dialogue
	// has more where its speakers change more often.
	mostGroups    = 60
	mostSentences = 3
	// slack is how much longer than a single sentence a group may be, by the factor 3/2.
	slackNumerator, slackDenominator = 3, 2
)

// A Range is a group of sentences: from From up to, not including, To. Start is the number of the start
// it belongs to, so that pictures are found for it; a group that was divided has the same one twice.
type Range struct{ From, To, Start int }

// Group divides sentences into groups that begin at the starts, as far as those make sense: numbers out
// of range, out of order and twice are left out, a group begins where the speaker changes, and one that
// is too long for a picture is divided. starts may be empty. Each sentence is in one group, in order.
func Group(sentences []Sentence, starts []int) []Range {
	if len(sentences) == 0 {
		return nil
	}
	total := 0
	for _, s := range sentences {
		total += words(s.Text)
	}
	// Loose enough that the whole text makes no more than mostGroups.
	most := max(mostWords*slackNumerator/slackDenominator, total*slackNumerator/slackDenominator/mostGroups)
	count := max(mostSentences, (len(sentences)*slackNumerator/slackDenominator+mostGroups-1)/mostGroups)
	var groups []Range
	for i := range sentences {
		if start := slices.Index(starts, i); i == 0 || start >= 0 || sentences[i].Speaker != sentences[i-1].Speaker {
			if start < 0 {
				start = before(starts, i)
			}
			groups = append(groups, Range{From: i, Start: start})
		}
		groups[len(groups)-1].To = i + 1
	}
	var out []Range
	for _, g := range groups {
		out = append(out, split(sentences, g, most, count)...)
	}
	return merge(sentences, out)
}

// before is the index of the last start at or before sentence i, or else 0.
func before(starts []int, i int) int {
	best := 0
	for n, s := range starts {
		if s <= i && (starts[best] > i || s >= starts[best]) {
			best = n
		}
	}
	return best
}

// split divides a group into parts of about the same length.
func split(sentences []Sentence, g Range, most, count int) []Range {
	total := 0
	for _, s := range sentences[g.From:g.To] {
		total += words(s.Text)
	}
	n := g.To - g.From
	parts := min(n, max((n+count-1)/count, (total+most-1)/most))
	var out []Range
	from, sum := g.From, 0
	for i := g.From; i < g.To; i++ {
		sum += words(sentences[i].Text)
		left := parts - len(out)    // parts still to be made, with this one
		full := sum*left >= total   // this one has its share of what was left
		must := g.To-i-1 <= left-1  // each of the others needs a sentence
		enough := i+1-from >= count // no more sentences than allowed
		if left > 1 && (full || must || enough) {
			out = append(out, Range{from, i + 1, g.Start})
			from, total, sum = i+1, total-sum, 0
		}
	}
	return append(out, Range{from, g.To, g.Start})
}

// merge puts the shortest neighbours of one speaker together while there are too many groups.
func merge(sentences []Sentence, groups []Range) []Range {
	size := make([]int, len(groups))
	for i, g := range groups {
		for _, s := range sentences[g.From:g.To] {
			size[i] += words(s.Text)
		}
	}
	for len(groups) > mostGroups {
		best := -1
		for i := 1; i < len(groups); i++ {
			same := sentences[groups[i].From].Speaker == sentences[groups[i-1].From].Speaker
			if same && (best < 0 || size[i]+size[i-1] < size[best]+size[best-1]) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		groups[best-1].To = groups[best].To
		size[best-1] += size[best]
		groups, size = slices.Delete(groups, best, best+1), slices.Delete(size, best, best+1)
	}
	return groups
}
