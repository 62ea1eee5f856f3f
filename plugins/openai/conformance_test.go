package openai

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/providertest"
)

// obliging answers any request with something that fits.
func obliging(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	switch {
	case strings.HasSuffix(r.URL.Path, "/images/generations"):
		drawn(pngOf(96, 160))(w, r)
	case strings.HasSuffix(r.URL.Path, "/audio/speech"):
		file("audio/wav", speechFile())(w, r)
	case strings.Contains(string(raw), `"name":"translation"`):
		texts := map[int]string{}
		for _, m := range regexp.MustCompile(`\[(\d+)\]`).FindAllStringSubmatch(string(raw), -1) {
			n, _ := strconv.Atoi(m[1])
			texts[n] = "Übersetzt."
		}
		streamed(translatedJSON(texts))(w, r)
	case strings.Contains(string(raw), `"name":"scenes"`):
		streamed(divisionJSON(1))(w, r)
	default:
		streamed(draftJSON(7))(w, r)
	}
}

func TestConformance(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(obliging))
	defer server.Close()
	providertest.Run(t, func() (providers.Provider, error) { return New(), nil }, providertest.Options{
		Config: json.RawMessage(fmt.Sprintf(`{"base_url": %q, "model": "llama3.2", "image_model": "sd15", "speech_model": "kokoro"}`, server.URL+"/v1")),
		Inputs: map[string]json.RawMessage{
			film.StoryWrite.Name:       []byte(`{"topic": "bedtime"}`),
			film.ScriptAnalyze.Name:    []byte(`{"script": "TOM: The lamp was out. Nobody knew why."}`),
			film.TextTranslate.Name:    []byte(`{"texts": ["Hello.", "Good night."], "from": "english", "to": "german"}`),
			film.ImageGenerate.Name:    []byte(`{"prompt": "a tower at night", "width": 90, "height": 160}`),
			film.SpeechSynthesize.Name: []byte(`{"text": "Hello there."}`),
		},
		Contracts: []providers.CapabilitySpec{
			film.StoryWrite.Spec(), film.ScriptAnalyze.Spec(), film.TextTranslate.Spec(), film.ImageGenerate.Spec(), film.SpeechSynthesize.Spec(),
		},
	})
}
