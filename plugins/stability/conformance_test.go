package stability

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/providertest"
)

func TestTheProviderConforms(t *testing.T) {
	v := standIn(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/audio/") {
			audioAnswer("audio/wav", wavOf(2))(w, r)
		} else {
			pictureAnswer("7", pngOf(72, 128))(w, r)
		}
	})
	v.strangers = true // the suite calls with a wrong key, to see that it is not shown
	conf, _ := json.Marshal(map[string]any{"api_key": key, "base_url": v.URL})
	providertest.Run(t, func() (providers.Provider, error) { return New(), nil }, providertest.Options{
		Config: conf, Paid: true, // the stand-in takes no money
		Inputs: map[string]json.RawMessage{
			film.ImageGenerate.Name: []byte(`{"prompt": "A lighthouse on a quiet shore.", "width": 96, "height": 128}`),
			film.MusicCompose.Name:  []byte(`{"genre": "calm", "seconds": 2}`),
		},
		Contracts: []providers.CapabilitySpec{film.ImageGenerate.Spec(), film.MusicCompose.Spec()},
	})
}
