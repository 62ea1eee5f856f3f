package metrics

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

const (
	other    = "other"
	maxNames = 200 // that one kind of name may have as a label's value
	longest  = 100 // bytes of a name
)

// names bounds the values of a label. The zero value is ready.
type names struct {
	mu    sync.RWMutex
	known map[string]string // what a name is shown as
}

// name gives a name as a label's value: itself in valid UTF-8, cut to longest, or other when there are too
// many different ones.
func (n *names) name(s string) string {
	n.mu.RLock()
	shown, ok := n.known[s]
	full := len(n.known) >= maxNames
	n.mu.RUnlock()
	if ok {
		return shown
	}
	if full {
		return other
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if shown, ok := n.known[s]; ok {
		return shown
	}
	if len(n.known) >= maxNames {
		return other
	}
	if n.known == nil {
		n.known = map[string]string{}
	}
	shown = s[:min(len(s), longest)]
	if shown = strings.ToValidUTF8(shown, ""); shown == "" {
		shown = other
	}
	n.known[strings.Clone(s)] = shown
	return shown
}

// all are the values that the label has had.
func (n *names) all() []string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return slices.Collect(maps.Values(n.known))
}
