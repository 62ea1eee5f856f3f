package localtts

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/filmloom/filmloom/providers"
)

// Config is the provider's configuration; empty, flite and espeak-ng speak everything.
type Config struct {
	Piper    string            `json:"piper,omitempty" doc:"The piper program: a path, or a name on the PATH. Piper speaks the languages in voices, more naturally than the built-in engines."`
	PiperURL string            `json:"piper_url,omitempty" doc:"Instead of piper: the address of its HTTP server, \"http://127.0.0.1:5000\"."`
	Voices   map[string]string `json:"voices,omitempty" doc:"Piper's voices by language, or by language and voice: { german = \"/voices/de_DE-thorsten-medium.onnx\", \"german/onyx\" = \"…\" }. With piper, the path of an .onnx file with its .onnx.json beside it; with piper_url, the name of a voice there, or \"\" for the server's own. \"#3\" at its end chooses the speaker 3 of several."`
}

// openPiper makes what a configuration describes: nil when it names no piper. All findings are given.
func openPiper(conf Config) (*piper, []providers.ConfigDiagnostic) {
	var wrong []providers.ConfigDiagnostic
	finding := func(attribute, format string, args ...any) {
		wrong = append(wrong, providers.ConfigDiagnostic{Attribute: attribute, Summary: fmt.Sprintf(format, args...)})
	}
	p := &piper{voices: map[string]piperVoice{}}
	switch {
	case conf.Piper == "" && conf.PiperURL == "":
		if len(conf.Voices) > 0 {
			finding("voices", "they are piper's, and neither piper nor piper_url is given")
		}
		return nil, wrong
	case conf.Piper != "" && conf.PiperURL != "":
		finding("piper_url", "give piper or piper_url, not both")
		return nil, wrong
	case conf.Piper != "":
		path, err := exec.LookPath(conf.Piper)
		if err == nil {
			path, err = filepath.Abs(path)
		}
		if err != nil {
			finding("piper", "it cannot be run: %v", err)
		}
		p.program = path
	default:
		u, err := url.Parse(conf.PiperURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			finding("piper_url", "%q is no address; write it as \"http://127.0.0.1:5000\"", conf.PiperURL)
		}
		p.server, p.client = strings.TrimRight(conf.PiperURL, "/"), newClient()
	}
	if len(conf.Voices) == 0 {
		finding("voices", "name at least one language and piper's voice for it")
	}
	for _, key := range slices.Sorted(maps.Keys(conf.Voices)) {
		if problem := unknownKey(key); problem != "" {
			finding("voices", "%s", problem)
			continue
		}
		v, err := piperVoiceOf(conf.Voices[key], p.server != "")
		if err != nil {
			finding("voices", "%s: %v", key, err)
		}
		p.voices[key] = v
	}
	return p, wrong
}

// unknownKey says what is wrong with a key of voices, or "".
func unknownKey(key string) string {
	lang, name, own := strings.Cut(key, "/")
	if _, ok := languages[lang]; !ok {
		return fmt.Sprintf("%q is no language%s", lang, meant(providers.Nearest(lang, slices.Sorted(maps.Keys(languages)))))
	}
	if _, ok := voices[name]; own && !ok {
		return fmt.Sprintf("%q is no voice%s", name, meant(providers.Nearest(name, slices.Sorted(maps.Keys(voices)))))
	}
	return ""
}

func meant(nearest string) string {
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", nearest)
}

// piperVoiceOf reads one value of voices, and of a file the facts that its .onnx.json holds.
func piperVoiceOf(value string, server bool) (piperVoice, error) {
	v := piperVoice{model: value, speaker: -1}
	if at := strings.LastIndexByte(value, '#'); at >= 0 {
		n, err := strconv.Atoi(value[at+1:])
		if err != nil || n < 0 {
			return v, fmt.Errorf("%q is no number of a speaker", value[at+1:])
		}
		v.model, v.speaker = value[:at], n
	}
	if server {
		return v, nil
	}
	path, err := filepath.Abs(v.model)
	if err != nil {
		return v, err
	}
	v.model = path
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return v, fmt.Errorf("there is no file %s", path)
	}
	raw, err := os.ReadFile(path + ".json")
	if err != nil {
		return v, fmt.Errorf("its description cannot be read: %w", err)
	}
	var facts struct {
		Audio struct {
			Rate int `json:"sample_rate"`
		} `json:"audio"`
		Speakers int `json:"num_speakers"`
	}
	if err := json.Unmarshal(raw, &facts); err != nil {
		return v, fmt.Errorf("its description is no JSON: %w", err)
	}
	const slowest, fastest = 8000, 96_000
	if v.rate = facts.Audio.Rate; v.rate < slowest || v.rate > fastest {
		return v, errors.New("its description names no sample rate")
	}
	if v.speaker >= max(1, facts.Speakers) {
		return v, fmt.Errorf("it has no speaker %d, only %d", v.speaker, max(1, facts.Speakers))
	}
	return v, nil
}
