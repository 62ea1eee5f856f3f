package sdapi

import (
	"encoding/json"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/providertest"
)

func TestTheProviderConforms(t *testing.T) {
	s := standIn(t, drawn("", pngOf(384, 704), `{"seed":7}`))
	s.auth = true
	conf, _ := json.Marshal(map[string]any{"base_url": s.URL, "username": user, "password": password})
	providertest.Run(t, func() (providers.Provider, error) { return New(), nil }, providertest.Options{
		Config: conf,
		Inputs: map[string]json.RawMessage{
			film.ImageGenerate.Name: []byte(`{"prompt": "A lighthouse on a quiet shore.", "width": 96, "height": 128}`),
		},
		Contracts: []providers.CapabilitySpec{film.ImageGenerate.Spec()},
	})
}
