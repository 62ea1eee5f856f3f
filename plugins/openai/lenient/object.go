package lenient

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	// mostTries bounds how many beginnings of an object or list are tried in one text.
	mostTries = 64
	// mostDepth bounds nesting; what is asked for here nests four deep.
	mostDepth = 32
)

// Object finds the object that has the attribute key in a model's answer. Of several it takes the last
// one: models correct themselves. An object inside another one's attribute is found too, and a list
// that stands alone becomes the attribute.
func Object(answer, key string) (json.RawMessage, error) {
	text := withoutThoughts(answer)
	var found map[string]any
	var list []any
	var first error
	broken := false // an object: what stands in it is a part, and not the answer
	for at, tries := 0, 0; tries < mostTries; tries++ {
		next := strings.IndexAny(text[at:], "{[")
		if next < 0 {
			break
		}
		at += next
		p := parser{text: text, at: at}
		v, err := p.value(0)
		if err != nil {
			if first == nil {
				first = err
			}
			broken = broken || text[at] == '{'
			at++
			continue
		}
		at = p.at
		switch v := v.(type) {
		case map[string]any:
			if o := holder(v, key, 0); o != nil {
				found = o
			}
		case []any:
			if len(v) > 0 && !broken {
				if o := only(v); o != nil && holder(o, key, 0) != nil {
					found = holder(o, key, 0)
				} else if _, ok := v[0].(map[string]any); ok || list == nil {
					list = v
				}
			}
		}
	}
	switch {
	case found != nil:
		return json.Marshal(found)
	case list != nil:
		return json.Marshal(map[string]any{key: list})
	case first != nil:
		return nil, fmt.Errorf("the answer holds no complete JSON object with %q: %w", key, first)
	}
	return nil, fmt.Errorf("the answer holds no JSON object with the attribute %q", key)
}

// only gives the object of a list that has one element.
func only(list []any) map[string]any {
	if len(list) != 1 {
		return nil
	}
	o, _ := list[0].(map[string]any)
	return o
}

// holder is the object with the key: this one, or one in an attribute of it.
func holder(o map[string]any, key string, depth int) map[string]any {
	if _, ok := o[key]; ok {
		return o
	}
	if depth == 2 {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if inner, ok := o[name].(map[string]any); ok {
			if h := holder(inner, key, depth+1); h != nil {
				return h
			}
		}
	}
	return nil
}

// withoutThoughts takes out what a model thought aloud. Thoughts without an end are left: the object may
// stand in them.
func withoutThoughts(text string) string {
	for _, tag := range []string{"think", "thinking", "reasoning"} {
		open, end := "<"+tag+">", "</"+tag+">"
		for {
			to := strings.Index(text, end)
			if to < 0 {
				break
			}
			from := strings.Index(text[:to], open)
			if from < 0 {
				from = 0 // the template of some models opens the thoughts, so that the answer has their end only
			}
			text = text[:from] + text[to+len(end):]
		}
	}
	return text
}
