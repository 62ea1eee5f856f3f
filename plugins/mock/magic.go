package mock

import (
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/filmloom/filmloom/providers"
)

// word is one magic word.
type word struct {
	name       string
	attempts   int    // it applies to the first so many; 0 means all
	capability string // it applies to this alone; "" means any
}

var wordPattern = regexp.MustCompile(`\[mock:([^\]]*)\]`)

// words finds the magic words in a text.
func words(text string) ([]word, error) {
	var found []word
	for _, m := range wordPattern.FindAllStringSubmatch(text, -1) {
		w, err := parseWord(m[1])
		if err != nil {
			return nil, err
		}
		found = append(found, w)
	}
	return found, nil
}

func parseWord(s string) (word, error) {
	rest, capability, only := strings.Cut(s, "@")
	name, attempts, limited := strings.Cut(rest, ":")
	w := word{name: name, capability: capability}
	if limited {
		n, err := strconv.Atoi(attempts)
		if err != nil || n < 1 {
			return w, providers.Invalid("The magic word [mock:%s] needs a number of attempts, at least 1, after its second colon.", s)
		}
		w.attempts = n
	} else if name == "flaky" {
		w.attempts = 1
	}
	if _, ok := effects[name]; !ok {
		return w, providers.Invalid("There is no magic word [mock:%s]: use one of %s.", s, strings.Join(slices.Sorted(maps.Keys(effects)), ", "))
	}
	if only && capability == "" {
		return w, providers.Invalid("The magic word [mock:%s] needs the name of a capability after its @.", s)
	}
	return w, nil
}

// withoutWords takes the magic words out of a text, and the white space they leave.
func withoutWords(text string) string {
	if !strings.Contains(text, "[mock:") {
		return text
	}
	return strings.Join(strings.Fields(wordPattern.ReplaceAllString(text, " ")), " ")
}

// An effect is what a magic word does to a call: without an error, the call goes on.
type effect func(ctx context.Context, call *providers.Call, retryAfter time.Duration) error

var effects = map[string]effect{
	"fail":         failing(providers.KindInternal, "it fails", ""),
	"invalid":      failing(providers.KindInvalidInput, "the input is invalid", "This input is invalid."),
	"reject":       failing(providers.KindRejected, "the content is rejected", "This content was refused."),
	"unauthorized": failing(providers.KindUnauthorized, "the key is wrong", ""),
	"flaky":        failing(providers.KindUnavailable, "it is unavailable for now", ""),
	"rate": func(_ context.Context, _ *providers.Call, retryAfter time.Duration) error {
		return &providers.Error{Kind: providers.KindRateLimited, Message: "a magic word says that there are too many requests", RetryAfter: retryAfter}
	},
	"crash": func(context.Context, *providers.Call, time.Duration) error {
		fmt.Fprintln(os.Stderr, "mock: a magic word says to crash")
		os.Exit(2)
		return nil
	},
	"hang": func(ctx context.Context, _ *providers.Call, _ time.Duration) error {
		<-ctx.Done()
		return ctx.Err()
	},
	"warn": func(_ context.Context, call *providers.Call, _ time.Duration) error {
		call.Warn("A magic word says to warn.")
		return nil
	},
}

func failing(kind providers.Kind, what, user string) effect {
	return func(context.Context, *providers.Call, time.Duration) error {
		return &providers.Error{Kind: kind, Message: "a magic word says that " + what, User: user}
	}
}

// forScenes are the attributes whose words are for the scenes that are made of them.
var forScenes = []string{"custom_story", "script"}

// applying gives the first magic word in an input that applies to a call, or nil. served are the names of
// the capabilities to which a word can be limited.
func applying(call *providers.Call, input map[string]any, served []string) (*word, error) {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(input)) {
		if !slices.Contains(forScenes, name) {
			texts = collect(texts, input[name])
			continue
		}
		for _, text := range collect(nil, input[name]) {
			for _, w := range wordPattern.FindAllString(text, -1) {
				if strings.HasSuffix(w, "@"+call.Capability+"]") {
					texts = append(texts, w)
				}
			}
		}
	}
	for _, text := range texts {
		found, err := words(text)
		if err != nil {
			return nil, err
		}
		for _, w := range found {
			if w.capability != "" && !slices.Contains(served, w.capability) {
				return nil, providers.Invalid("A magic word is limited to %q, which the mock does not serve: use one of %s.", w.capability, strings.Join(served, ", "))
			}
			if (w.capability == "" || w.capability == call.Capability) && (w.attempts == 0 || call.Attempt <= w.attempts) {
				return &w, nil
			}
		}
	}
	return nil, nil
}

// collect gathers the texts in a JSON value, in a fixed order.
func collect(texts []string, v any) []string {
	switch v := v.(type) {
	case string:
		texts = append(texts, v)
	case []any:
		for _, e := range v {
			texts = collect(texts, e)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			texts = collect(texts, v[name])
		}
	}
	return texts
}
