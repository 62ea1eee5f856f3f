package storyteller

import (
	"context"
	"fmt"
	"strings"

	"github.com/filmloom/filmloom/plugins/storyteller/bank"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// version changes whenever the same input gives another story: it is part of the cache's key.
const version = "1.2.1"

// New makes the provider. It needs no configuration, no program and no network.
func New() providers.Provider {
	return providers.New("storyteller", version,
		providers.Summary("Tells stories of its own bank, and the user's own texts and scripts word for word, without a network."),
		providers.Handle(film.StoryWrite.Repeatable(), write),
		providers.Handle(film.ScriptAnalyze.Repeatable(), analyze),
	)
}

func write(_ context.Context, call *providers.Call, in film.StoryInput) (film.Story, error) {
	own, theme := in.CustomStory, in.CustomTopic
	if in.Topic != film.CustomTopic {
		if strings.TrimSpace(own) != "" || strings.TrimSpace(theme) != "" {
			call.Warn(fmt.Sprintf("custom_story and custom_topic were not used, because the topic is %q; choose %q for them.", in.Topic, film.CustomTopic))
		}
		return fromBank(in.Topic, in)
	}
	switch {
	case own != "":
		return tellOwn(call, in)
	case strings.TrimSpace(theme) != "":
		return reflectOn(in)
	}
	topic := film.AnyTopic(in.Seed)
	told, err := fromBank(topic, in)
	if err == nil {
		call.Warn(fmt.Sprintf("Neither custom_story nor custom_topic was given, so a story on %q was chosen.", topic))
	}
	return told, err
}

// fromBank tells one of the bank's stories. Consecutive seeds tell different stories, and once
// around the stories, the names change.
func fromBank(topic string, in film.StoryInput) (film.Story, error) {
	stories, err := bank.Stories(topic)
	if err != nil {
		return film.Story{}, err
	}
	if len(stories) == 0 {
		return film.Story{}, providers.Invalid("The topic %q is unknown; choose one of %s.", topic, strings.ReplaceAll(film.Topics, ",", ", "))
	}
	if err := onlyEnglish(in.Language, fmt.Sprintf("Stories on %q", topic)); err != nil {
		return film.Story{}, err
	}
	seed, n := uint64(in.Seed), uint64(len(stories))
	return stories[seed%n].Tell(in.Length == "long", scatter(seed/n)), nil
}

func onlyEnglish(language, what string) error {
	if language == "" || language == "english" {
		return nil
	}
	return providers.Invalid("%s are built in in English only; for %s, give your text as custom_story with the topic %q, or ask the operator to configure a story provider with a key.", what, title(language), film.CustomTopic)
}

// scatter spreads neighbouring seeds over all numbers (the finaliser of SplitMix64).
func scatter(seed uint64) uint64 {
	seed += 0x9e3779b97f4a7c15
	seed = (seed ^ seed>>30) * 0xbf58476d1ce4e5b9
	seed = (seed ^ seed>>27) * 0x94d049bb133111eb
	return seed ^ seed>>31
}

func title(language string) string {
	if language == "" {
		return language
	}
	return strings.ToUpper(language[:1]) + language[1:]
}
