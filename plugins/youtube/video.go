package youtube

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// What a video may have (https://developers.google.com/youtube/v3/docs/videos#properties).
const (
	maxDescription = 5000 // bytes
	maxTags        = 500  // characters of all tags, their commas, and two quotes for each tag with a space
)

// A video is the resource that videos.insert takes.
type video struct {
	Snippet snippet `json:"snippet"`
	Status  status  `json:"status"`
}

type snippet struct {
	Title           string   `json:"title"`
	Description     string   `json:"description"`
	Tags            []string `json:"tags,omitempty"`
	CategoryID      string   `json:"categoryId"`
	DefaultLanguage string   `json:"defaultLanguage"`
	AudioLanguage   string   `json:"defaultAudioLanguage"`
}

type status struct {
	Privacy     string `json:"privacyStatus"`
	MadeForKids bool   `json:"selfDeclaredMadeForKids"`
}

// codes are the languages as YouTube writes them.
var codes = map[string]string{
	"english": "en", "czech": "cs", "danish": "da", "dutch": "nl", "french": "fr", "german": "de", "greek": "el",
	"hindi": "hi", "indonesian": "id", "italian": "it", "chinese": "zh-CN", "japanese": "ja", "norwegian": "no",
	"polish": "pl", "portuguese": "pt", "russian": "ru", "spanish": "es", "swedish": "sv", "turkish": "tr",
	"ukrainian": "uk",
}

// described makes the resource of an input. What YouTube would refuse and nobody would miss is changed; where
// something is lost the call warns.
func (p *provider) described(call *providers.Call, in film.PublishInput) (video, error) {
	title := strings.TrimSpace(plain(in.Title, false))
	if title == "" {
		return video{}, providers.Invalid("The film has no title: give one of 1 to %d characters.", film.MaxPublishTitle)
	}
	// YouTube counts as its own programs do, where a rare character or an emoji is two.
	if short := cutUnits(title, film.MaxPublishTitle); short != title {
		title = short
		call.Warn("The title is too long for YouTube and was cut.")
	}
	description := strings.TrimSpace(plain(in.Description, true))
	if short := cutBytes(description, maxDescription); short != description {
		description = short
		call.Warn("The description is too long for YouTube and was cut.")
	}
	tags, all := fitting(in.Tags)
	if !all {
		call.Warn("YouTube does not take so many tags; some were left out.")
	}
	code := codes[cmp.Or(in.Language, "english")]
	return video{
		snippet{title, description, tags, p.category, code, code},
		status{cmp.Or(in.Privacy, "private"), in.MadeForKids},
	}, nil
}

// brackets stand for those that YouTube takes in no text.
var brackets = strings.NewReplacer("<", "‹", ">", "›")

// plain is a text without control characters. Line breaks become spaces, or stay.
func plain(text string, lines bool) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD"))
	return brackets.Replace(text)
}

// cutUnits shortens a text to at most so many UTF-16 code units, the ellipsis included.
func cutUnits(text string, most int) string {
	n, fits := 0, 0 // fits is where an ellipsis can stand
	for i, r := range text {
		if n < most {
			fits = i
		}
		if n += utf16.RuneLen(r); n > most {
			return strings.TrimSpace(text[:fits]) + "…"
		}
	}
	return text
}

// cutBytes shortens a text to at most so many bytes, the ellipsis included.
func cutBytes(text string, most int) string {
	const ellipsis = "…"
	if len(text) <= most {
		return text
	}
	i := most - len(ellipsis)
	for !utf8.RuneStart(text[i]) {
		i--
	}
	return strings.TrimSpace(text[:i]) + ellipsis
}

// fitting are the tags that YouTube takes, and whether that is all of them.
func fitting(tags []string) (kept []string, all bool) {
	all = true
	var seen []string
	room := maxTags + 1 // the first has no comma before it
	for _, tag := range tags {
		tag = strings.Join(strings.Fields(strings.ReplaceAll(plain(tag, false), ",", " ")), " ")
		lower := strings.ToLower(tag)
		if tag == "" || slices.Contains(seen, lower) {
			continue
		}
		need := len(utf16.Encode([]rune(tag))) + 1
		if strings.Contains(tag, " ") {
			need += 2
		}
		if need > room {
			all = false
			continue
		}
		room -= need
		kept, seen = append(kept, tag), append(seen, lower)
	}
	return kept, all
}
