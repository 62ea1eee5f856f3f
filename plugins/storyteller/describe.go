package storyteller

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/storyteller/passage"
	"github.com/filmloom/filmloom/providers/film/prose"
)

const (
	maxTitle = 70 // characters, where 100 are allowed: a title is read at a glance
	// A description has 150 to 200 characters. The excerpt leaves room for three hashtags.
	minDescription = 150
	maxExcerpt     = 125
	minTags        = 3
	maxTag         = 22
)

// titleOf makes a title of a cleaned text: its heading, or its first sentence, shortened at a word.
func titleOf(text, language string) string {
	first := passage.First(text, language)
	title := strings.TrimRight(first, " .。।,;:，、")
	title = strings.Trim(title, "\"“”„«»")
	if !prose.Speakable(title) {
		title = prose.Flat(text, language)
	}
	return shorten(title, maxTitle)
}

// describe makes a description of a text: how it begins, and hashtags.
func describe(text, language, mood string, keys []string) string {
	description := shorten(text, maxExcerpt)
	length := utf8.RuneCountInString(description)
	tags := append([]string{}, localTags[language]...)
	tags = append(tags, keys...)
	tags = append(tags, mood, "story", "storytime", "shortfilm", "narrated", "animated", "storytelling", "film", "watch", "listen",
		"shortstory", "video", "illustrated", "tale", "voice", "pictures", "music", "subtitles", "scenes", "cinema")
	used := map[string]bool{}
	for _, tag := range tags {
		if length >= minDescription && len(used) >= minTags {
			break
		}
		if used[tag] || utf8.RuneCountInString(tag) >= maxTag {
			continue
		}
		used[tag] = true
		description += " #" + tag
		length += utf8.RuneCountInString(tag) + 2
	}
	return description
}

// localTags are the words for "story" and "short film" under which people search in a language.
var localTags = map[string][]string{
	"czech": {"příběh", "krátkýfilm"}, "danish": {"historie", "kortfilm"}, "dutch": {"verhaal", "kortefilm"},
	"french": {"histoire", "courtmétrage"}, "german": {"geschichte", "kurzfilm"}, "greek": {"ιστορία", "ταινία"},
	"hindi": {"कहानी", "फिल्म"}, "indonesian": {"cerita", "filmpendek"}, "italian": {"storia", "cortometraggio"},
	"chinese": {"故事", "短片"}, "japanese": {"物語", "短編映画"}, "norwegian": {"historie", "kortfilm"},
	"polish": {"historia", "krótkifilm"}, "portuguese": {"história", "curtametragem"}, "russian": {"история", "фильм"},
	"spanish": {"historia", "cortometraje"}, "swedish": {"berättelse", "kortfilm"}, "turkish": {"hikaye", "kısafilm"},
	"ukrainian": {"історія", "фільм"},
}

// shorten cuts a text to at most limit characters, at a space if there is one, and marks the cut.
func shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	runes := []rune(text)[:limit-3]
	end := len(runes)
	for i := end - 1; i > limit/2; i-- {
		if runes[i] == ' ' {
			end = i
			break
		}
	}
	for end > 1 && (unicode.IsPunct(runes[end-1]) || unicode.IsSpace(runes[end-1]) || unicode.IsMark(runes[end-1]) && end == limit-3) {
		end--
	}
	return string(runes[:end]) + "..."
}
