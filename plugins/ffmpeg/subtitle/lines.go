package subtitle

import (
	"math"
	"strings"
)

// maxRunes is how many characters a line may have: what can be read in the time it is shown.
const maxRunes = 42

// A card is what is shown at one time: one or two lines of atoms.
type card struct {
	from, split, to int // atoms; split is where the second line begins, or to when there is one line
}

// The weights of what makes a card good or bad. Only their proportions matter.
const (
	costCard          = 20.0 // each card
	costRagged        = 14.0 // two lines of very different width
	costMidClause     = 9.0  // a card that ends within a clause
	gainClause        = 4.0  // a card or line that ends with a clause
	gainSentence      = 10.0 // a card that ends with a sentence
	costCrossSentence = 24.0 // a sentence that ends within a card
	costLonely        = 9.0  // one word alone, though its sentence goes on
	costHasty         = 8.0  // shown for less than 0.7 s
	costSlow          = 6.0  // for each second beyond 5
	costPause         = 10.0 // a silence of more than 0.7 s within a card
)

// deal divides the atoms into cards so that the sum of their costs is least. Every line fits the
// width, in ems, and maxRunes.
func deal(atoms []atom, width float64) []card {
	n := len(atoms)
	best := make([]float64, n+1)
	cards := make([]card, n+1) // the card that ends there, on the best way
	for i := 1; i <= n; i++ {
		best[i] = math.Inf(1)
	}
	for from := range n {
		for to := from + 1; to <= n; to++ {
			c, ok := layCard(atoms, from, to, width)
			if !ok {
				break
			}
			if cost := best[from] + cardCost(atoms, c, width); cost < best[to] {
				best[to], cards[to] = cost, c
			}
		}
	}
	var dealt []card
	for at := n; at > 0; at = cards[at].from {
		dealt = append(dealt, cards[at])
	}
	for i, j := 0, len(dealt)-1; i < j; i, j = i+1, j-1 {
		dealt[i], dealt[j] = dealt[j], dealt[i]
	}
	return dealt
}

// layCard breaks a card's atoms into the best one or two lines. A single atom always fits: it has been
// cut to measure.
func layCard(atoms []atom, from, to int, width float64) (card, bool) {
	if fits(atoms[from:to], width) || to == from+1 {
		return card{from, to, to}, true
	}
	best, found := card{from: from, to: to}, false
	least := math.Inf(1)
	for k := from + 1; k < to; k++ {
		if !fits(atoms[from:k], width) {
			break
		}
		if !fits(atoms[k:to], width) {
			continue
		}
		a, b := lineWidth(atoms[from:k]), lineWidth(atoms[k:to])
		d := (a - b) / max(a, b, 1e-9)
		cost := costRagged * d * d
		if endsClause(atoms[k-1].text) {
			cost -= gainClause
		}
		if cost < least {
			least, found, best.split = cost, true, k
		}
	}
	return best, found
}

func cardCost(atoms []atom, c card, width float64) float64 {
	cost := costCard
	line := atoms[c.from:c.to]
	if c.split < c.to {
		a, b := lineWidth(atoms[c.from:c.split]), lineWidth(atoms[c.split:c.to])
		d := (a - b) / max(a, b, 1e-9)
		cost += costRagged * d * d
	}
	last := line[len(line)-1]
	switch {
	case endsSentence(last.text):
		cost -= gainSentence
	case endsClause(last.text):
		cost -= gainClause
	case c.to < len(atoms):
		cost += costMidClause
	}
	for i, a := range line[:len(line)-1] {
		if endsSentence(a.text) {
			cost += costCrossSentence
		}
		if line[i+1].start-a.end > 0.7 {
			cost += costPause
		}
	}
	if len(line) == 1 && !(endsSentence(last.text) && (c.from == 0 || endsSentence(atoms[c.from-1].text))) && last.width < width/2 {
		cost += costLonely
	}
	if shown := last.end - line[0].start; shown < 0.7 {
		cost += costHasty
	} else if shown > 5 {
		cost += costSlow * (shown - 5)
	}
	return cost
}

func fits(line []atom, width float64) bool {
	runes := 0
	for i, a := range line {
		runes += a.runes
		if i > 0 && a.spaceBefore {
			runes++
		}
	}
	return runes <= maxRunes && lineWidth(line) <= width
}

// spaceWidth is the width of a space in all the fonts, about, in ems.
const spaceWidth = 0.26

func lineWidth(line []atom) float64 {
	sum := 0.0
	for i, a := range line {
		sum += a.width
		if i > 0 && a.spaceBefore {
			sum += spaceWidth
		}
	}
	return sum
}

func lineText(line []atom) string {
	var b strings.Builder
	for i, a := range line {
		if i > 0 && a.spaceBefore {
			b.WriteByte(' ')
		}
		b.WriteString(a.text)
	}
	return b.String()
}

const closers = "\"'”’»)]」』）】"

func endsSentence(text string) bool {
	return endsWithAny(strings.TrimRight(text, closers), ".!?…。！？।")
}

func endsClause(text string) bool {
	return endsWithAny(strings.TrimRight(text, closers), ",;:—–、，；：.!?…。！？।")
}

func endsWithAny(text, set string) bool {
	for _, r := range set {
		if strings.HasSuffix(text, string(r)) {
			return true
		}
	}
	return false
}
