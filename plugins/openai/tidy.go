package openai

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/openai/lenient"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

const (
	mostTitle       = 100 // characters
	leastAbout      = 150
	mostAbout       = 200
	mostCharacters  = 12
	mostLooks       = 300
	mostImagePrompt = 1200
)

// flat puts a model's words on one line, without the marks of Markdown.
func flat(t lenient.Text, language string) string {
	return strings.NewReplacer("**", "", "__", "").Replace(prose.Flat(prose.Clean(string(t)), language))
}

// titleOf is a title of at most 100 characters; the beginning of the text where there is none.
func titleOf(t lenient.Text, fallback, language string) string {
	title := strings.Trim(flat(t, language), "\"“”„«»#* ")
	if !prose.Speakable(title) {
		title = strings.TrimRight(fallback, " .。！!?？")
	}
	return shorten(title, mostTitle)
}

// plainLooks are those of somebody whom nobody described.
const plainLooks = "a person of ordinary build in plain dark clothes"

var hashtag = regexp.MustCompile(`#[\p{L}\p{M}\p{N}_]+`)

// describe makes the description 150 to 200 characters long, with hashtags at its end.
func describe(t lenient.Text, title, story, mood, language string) string {
	words := flat(t, language)
	var tags []string
	length := 0
	add := func(tag string) {
		if n := utf8.RuneCountInString(tag) + 1; !slices.Contains(tags, tag) && length+n <= 70 {
			tags = append(tags, tag)
			length += n
		}
	}
	for _, tag := range hashtag.FindAllString(words, 6) {
		add(tag)
	}
	words = strings.Join(strings.Fields(hashtag.ReplaceAllString(words, "")), " ")
	for _, tag := range []string{"#story", "#shortfilm", "#" + mood} {
		if len(tags) < 3 {
			add(tag)
		}
	}
	if !prose.Speakable(words) {
		words = title + "."
	}
	if utf8.RuneCountInString(words)+length < leastAbout && !strings.Contains(words, story) {
		words += " " + story
	}
	words = shorten(words, mostAbout-length)
	for _, tag := range []string{"#storytime", "#narrated", "#illustrated", "#storytelling", "#animation", "#film", "#video", "#watch", "#pictures", "#tale", "#scenes", "#voice", "#music", "#subtitles", "#cinema", "#listen", "#shortstory"} {
		if utf8.RuneCountInString(words)+length < leastAbout && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
			length += len(tag) + 1
		}
	}
	return words + " " + strings.Join(tags, " ")
}

// shorten cuts a text to at most limit characters, at a space if there is one, and marks the cut.
func shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	runes := []rune(text)[:limit-1]
	end := len(runes)
	for i := end - 1; i > limit/2; i-- {
		if runes[i] == ' ' {
			end = i
			break
		}
	}
	for end > 1 && (unicode.IsPunct(runes[end-1]) || unicode.IsSpace(runes[end-1])) {
		end--
	}
	return string(runes[:end]) + "…"
}

// coerce finds the allowed value that was meant: as it is, in other letters, or as a part of what was
// written ("slow zoom in"). It is fallback when there is none.
func coerce(said lenient.Text, allowed []string, fallback string) string {
	word := strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(strings.TrimSpace(string(said))))
	if slices.Contains(allowed, word) {
		return word
	}
	for _, a := range allowed {
		if strings.Contains(word, a) {
			return a
		}
	}
	return fallback
}

// others are words for framings and movements that our sets have no name for.
var others = map[string]string{
	"extreme-close-up": "close", "close-up": "close", "portrait": "close", "detail": "close", "macro": "close",
	"establishing": "wide", "long-shot": "wide", "full-shot": "wide", "panorama": "wide", "landscape": "wide",
	"drone": "aerial", "bird": "aerial", "overhead": "aerial", "top-down": "aerial",
	"push-in": "zoom-in", "dolly-in": "zoom-in", "zoom": "zoom-in", "pull": "zoom-out", "dolly-out": "zoom-out",
	"tilt-up": "pan-up", "tilt-down": "pan-down", "tracking": "pan-right", "pan": "pan-right", "static": "still", "none": "still",
}

func widen(said lenient.Text) lenient.Text {
	word := strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(string(said)))
	best := ""
	for other := range others {
		if strings.Contains(word, other) && (len(other) > len(best) || len(other) == len(best) && other < best) {
			best = other
		}
	}
	return lenient.Text(others[best])
}

// cameraOf gives a framing; where none was named they take turns.
func cameraOf(said lenient.Text, i int) string {
	turn := []string{"wide", "medium", "close", "medium"}[i%4]
	return coerce(said, cameras, coerce(widen(said), cameras, turn))
}

// motionOf gives a movement that is not the one before.
func motionOf(said lenient.Text, before string, i int) string {
	all := append(motions[:len(motions):len(motions)], "still")
	m := coerce(said, all, coerce(widen(said), all, motions[i%len(motions)]))
	if m == before {
		m = motions[(slices.Index(motions, m)+1)%len(motions)]
	}
	return m
}

// cast tidies the characters: known ones keep their looks, and nobody is named twice.
func cast(known []film.Character, found []person) []film.Character {
	all := append([]film.Character{}, known...)
	for _, p := range found {
		name := shorten(flat(p.Name, ""), 60)
		looks := shorten(flat(p.Looks, ""), mostLooks)
		same := func(c film.Character) bool { return strings.EqualFold(c.Name, name) }
		if !prose.Speakable(name) || slices.ContainsFunc(all, same) || len(all) >= max(mostCharacters, len(known)) {
			continue
		}
		if !prose.Speakable(looks) {
			looks = plainLooks
		}
		all = append(all, film.Character{Name: name, Looks: looks})
	}
	return all
}
