package openai

import (
	"context"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// version changes with what is asked of the models.
const version = "1.0.0"

// plugin is one configured provider.
type plugin struct {
	server *server // nil until the configuration is complete
}

// New makes the provider.
func New() providers.Provider { return (&plugin{}).provider() }

func (p *plugin) provider() providers.Provider {
	return providers.New("openai", version,
		providers.Summary("Stories, scripts, translations, pictures and speech from OpenAI, or from any server that speaks its API."),
		providers.Config(p.configure),
		providers.Handle(film.StoryWrite.Varying(), p.writeStory),
		providers.Handle(film.ScriptAnalyze.Varying(), p.analyzeScript),
		providers.Handle(film.TextTranslate.Varying(), p.translate),
		providers.Handle(film.ImageGenerate.Varying(), p.generateImage),
		providers.Handle(film.SpeechSynthesize.Varying(), p.speak),
		providers.Estimator(p.estimate),
		providers.OnShutdown(func(context.Context) error {
			if p.server != nil {
				p.server.close()
			}
			return nil
		}),
	)
}
