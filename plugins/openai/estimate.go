package openai

import (
	"context"
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/openai/price"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

// What a call takes in tokens, as far as its input tells. A model that reasons thinks before it answers,
// and that is charged as output: the upper bounds leave room for it, and for one second try.
const (
	instructionTokens = 900
	storyLow          = 500 // of a short story with its pictures
	storyHigh         = 9000
	sceneLow          = 60 // of one scene's picture
	sceneHigh         = 250
	// tokensPerPicture are those of a picture of 1024x1536 in quality low and high (OpenAI's guide to image
	// generation, 2026-09).
	pictureLow  = 150
	pictureHigh = 8000
)

// estimate says what a call may cost and take. What is not known yet widens the interval.
func (p *plugin) estimate(_ context.Context, q providers.EstimateQuery) (providers.Estimate, error) {
	if p.server == nil {
		return providers.Estimate{}, nil
	}
	var in struct {
		CustomStory *string  `json:"custom_story"`
		Script      *string  `json:"script"`
		Length      string   `json:"length"`
		Text        *string  `json:"text"`
		Texts       []string `json:"texts"`
		Pace        float64  `json:"pace"`
		Prompt      *string  `json:"prompt"`
	}
	// Attributes of other types than these are nobody's mistake here: Execute finds them.
	_ = json.Unmarshal(q.Input, &in)
	unknown := func(name string) bool { return slices.Contains(q.Unknown, name) }
	var low, high price.Usage
	var quick, slow time.Duration
	switch q.Capability {
	case film.StoryWrite.Name:
		quick, slow = 5*time.Second, 2*time.Minute
		low, high = price.Usage{TextIn: instructionTokens / 2, TextOut: storyLow}, price.Usage{TextIn: 3*instructionTokens + storyHigh, TextOut: 2 * storyHigh}
		if in.Length == "long" && !unknown("length") {
			low.TextOut *= 2
		}
		if in.CustomStory != nil && *in.CustomStory != "" {
			low, high = ownText(words(in.CustomStory), words(in.CustomStory))
		} else if unknown("custom_story") {
			_, high = ownText(0, mostOwnStory/5)
		}
	case film.ScriptAnalyze.Name:
		quick, slow = 4*time.Second, 5*time.Minute
		most := words(in.Script)
		if in.Script == nil {
			most = mostScript / 5
		}
		low, high = ownText(words(in.Script), most)
	case film.TextTranslate.Name:
		quick, slow = 2*time.Second, 5*time.Minute
		tokens := int64(0)
		for _, t := range in.Texts {
			tokens += 4 + int64(utf8.RuneCountInString(t))/3
		}
		low = price.Usage{TextIn: instructionTokens/3 + tokens/2, TextOut: tokens / 2}
		high = price.Usage{TextIn: instructionTokens + 6*tokens, TextOut: 2000 + 6*tokens}
		if unknown("texts") || in.Texts == nil {
			high = price.Usage{TextIn: 100_000, TextOut: 200_000}
		}
	case film.ImageGenerate.Name:
		quick, slow = 4*time.Second, 3*time.Minute
		low, high = price.Usage{TextIn: 60, ImageOut: pictureLow}, price.Usage{TextIn: mostPrompt / 3, ImageOut: pictureHigh}
		switch p.server.conf.ImageQuality {
		case "", "medium":
			low.ImageOut, high.ImageOut = 300, 2200
		case "low":
			high.ImageOut = 600
		case "max", "xhigh":
			high.ImageOut *= 2
		}
	case film.SpeechSynthesize.Name:
		quick, slow = time.Second, 90*time.Second
		n, most := words(in.Text), words(in.Text)
		var characters, mostCharacters int64 = 0, mostSpoken
		if in.Text != nil {
			characters = int64(utf8.RuneCountInString(*in.Text))
			mostCharacters = characters
		} else {
			most = mostSpoken / 5
		}
		// 100 to 220 words a minute, at twice the pace to half of it.
		low = price.Usage{Characters: characters, Seconds: float64(n) * 60 / 220 / 2}
		high = price.Usage{Characters: mostCharacters, Seconds: 1 + float64(most)*60/100*2}
	default:
		return providers.Estimate{}, nil
	}
	e := providers.Estimate{MinTime: quick, MaxTime: slow}
	if model := p.server.models[q.Capability]; p.server.conf.official() {
		e.MinCost, e.MaxCost = price.Of(model).Cost(low), price.Of(model).Cost(high)
	}
	return e, nil
}

func words(text *string) int64 {
	if text == nil {
		return 0
	}
	return int64(prose.Words(*text))
}

// ownText is what it takes to divide a text of so many words.
func ownText(low, high int64) (price.Usage, price.Usage) {
	scenes := func(words int64) int64 { return max(1, words/18) }
	parts := 1 + high*6/atOnceLocal
	return price.Usage{TextIn: instructionTokens + low, TextOut: 100 + sceneLow*min(scenes(low), 60)},
		price.Usage{TextIn: 3*parts*instructionTokens + 8*high + sceneHigh*scenes(high), TextOut: 4000*parts + 2*sceneHigh*scenes(high)}
}
