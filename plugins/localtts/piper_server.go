package localtts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/filmloom/filmloom/plugins/localtts/audiofile"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// A request to piper's HTTP server, as its docs/API_HTTP.md describes it.
type piperRequest struct {
	Text    string  `json:"text"`
	Voice   string  `json:"voice,omitempty"`
	Speaker *int    `json:"speaker_id,omitempty"`
	Scale   float64 `json:"length_scale"`
}

// newClient makes the client for a server. It follows no redirection: a text goes where its owner said.
func newClient() *http.Client {
	return &http.Client{
		Timeout:       5 * time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// ask has the server speak sentence by sentence, which makes the pauses ours and each answer short.
func (p *piper) ask(ctx context.Context, sentences []sentence, in film.SpeechInput, v piperVoice, scale float64) (samples []int16, rate int, err error) {
	pause := 0.0
	for _, s := range sentences {
		if !hasLetters(s.words) {
			continue
		}
		req := piperRequest{Text: line([]sentence{s}, in.Language), Voice: v.model, Scale: scale}
		if v.speaker >= 0 {
			req.Speaker = &v.speaker
		}
		rec, err := p.post(ctx, req)
		if err != nil {
			return nil, 0, err
		}
		if rate != 0 && rec.Rate != rate {
			return nil, 0, failed(providers.KindInternal, "changed its rate from %d to %d Hz between sentences", rate, rec.Rate)
		}
		rate = rec.Rate
		r := recording{samples: make([]int16, len(rec.Samples))}
		for i, f := range rec.Samples {
			r.samples[i] = int16(max(-32768, min(f*32768, 32767)))
		}
		r.trim(rate)
		samples = join(samples, r.samples, pause/in.Pace, rate)
		pause = s.pause
	}
	return samples, rate, nil
}

// paths are where the server takes requests: since 1.4 at the first, before at the second.
var paths = []string{"/synthesize", "/"}

// post makes one request.
func (p *piper) post(ctx context.Context, req piperRequest) (audiofile.Recording, error) {
	body, err := json.Marshal(req)
	if err != nil {
		return audiofile.Recording{}, err
	}
	var status int
	var answer []byte
	for _, path := range paths {
		if status, answer, err = p.send(ctx, p.server+path, body); err != nil {
			return audiofile.Recording{}, err
		}
		if status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
			break
		}
	}
	switch {
	case status >= 500, status == http.StatusTooManyRequests:
		return audiofile.Recording{}, failed(providers.KindUnavailable, "at %s answered %d: %s", p.server, status, excerpt(string(answer)))
	case status != http.StatusOK:
		return audiofile.Recording{}, failed(providers.KindInternal, "at %s answered %d: %s", p.server, status, excerpt(string(answer)))
	}
	rec, err := audiofile.Decode(ctx, bytes.NewReader(answer))
	var wrong *audiofile.FormatError
	if errors.As(err, &wrong) {
		return rec, failed(providers.KindInternal, "at %s answered what %w", p.server, wrong)
	}
	return rec, err
}

func (p *piper) send(ctx context.Context, address string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("make a request to piper: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return 0, nil, ctx.Err()
		}
		return 0, nil, failed(providers.KindUnavailable, "does not answer: %w", err)
	}
	defer resp.Body.Close()
	const most = 64 << 20 // a sentence of twenty minutes
	answer, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	switch {
	case ctx.Err() != nil:
		return 0, nil, ctx.Err()
	case err != nil:
		return 0, nil, failed(providers.KindUnavailable, "broke off its answer: %w", err)
	case len(answer) > most:
		return 0, nil, failed(providers.KindInternal, "answered one sentence with more than %d MB", most>>20)
	}
	return resp.StatusCode, answer, nil
}

// reachable asks whether a server is there at all; what it says does not matter.
func (p *piper) reachable(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.server+"/voices", nil)
	if err != nil {
		return err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return fmt.Errorf("no piper answers at %s (%s)", p.server, strings.TrimPrefix(err.Error(), "Get "))
	}
	return resp.Body.Close()
}
