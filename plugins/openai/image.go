package openai

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/openai/openai-go/v3"

	"github.com/filmloom/filmloom/plugins/openai/price"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/picture"
	"github.com/filmloom/filmloom/providers/remote"
)

// The sizes that all gpt-image models draw in.
var standardSizes = []picture.Size{{Width: 1024, Height: 1024}, {Width: 1024, Height: 1536}, {Width: 1536, Height: 1024}}

// wideSizes are drawn by gpt-image-2 and later as well. They have the shape of films, so that nothing is
// cropped, and cost less.
var wideSizes = append(standardSizes[:3:3], picture.Size{Width: 864, Height: 1536}, picture.Size{Width: 1536, Height: 864})

// gptImage tells the gpt-image models from all others: they know no response_format.
func gptImage(model string) bool {
	return strings.HasPrefix(model, "gpt-image") || strings.HasPrefix(model, "chatgpt-image")
}

// drawnSize is the size to ask for: one that the model has, or for other servers the wanted size itself,
// not beyond 1536 a side, in multiples of 64 as diffusion models need.
func (j *job) drawnSize(width, height int) picture.Size {
	switch {
	case gptImage(j.model) && strings.HasPrefix(j.model, "gpt-image-2") && j.takes("size"):
		return picture.Nearest(width, height, wideSizes)
	case gptImage(j.model) || !j.takes("size"):
		return picture.Nearest(width, height, standardSizes)
	}
	shrink := min(1, 1536/float64(max(width, height)))
	round := func(n int) int { return max(256, (int(float64(n)*shrink)+32)/64*64) }
	return picture.Size{Width: round(width), Height: round(height)}
}

func (p *plugin) generateImage(ctx context.Context, call *providers.Call, in film.ImageInput) (film.Image, error) {
	j, err := p.job(call)
	if err != nil {
		return film.Image{}, err
	}
	if strings.TrimSpace(in.Prompt) == "" {
		return film.Image{}, providers.Invalid("prompt is empty; say what the picture shows.")
	}
	call.Progress(0.05, "drawing")
	answer, err := j.draw(ctx, in)
	if err != nil {
		return film.Image{}, err
	}
	call.Progress(0.9, "fitting the picture")
	raw, err := j.bytes(ctx, answer)
	if err != nil {
		return film.Image{}, err
	}
	fitted, mediaType, err := picture.Fit(raw, in.Width, in.Height)
	if err != nil {
		return film.Image{}, err
	}
	name := "picture." + strings.TrimPrefix(mediaType, "image/")
	path := filepath.Join(call.WorkDir, name)
	if err := os.WriteFile(path, fitted, 0o600); err != nil {
		return film.Image{}, fmt.Errorf("the picture cannot be written: %w", err)
	}
	return film.Image{Image: providers.File{Path: path, MediaType: mediaType, Name: name}, Seed: in.Seed}, nil
}

// draw asks for one picture.
func (j *job) draw(ctx context.Context, in film.ImageInput) (openai.Image, error) {
	for {
		size := j.drawnSize(in.Width, in.Height)
		body := openai.ImageGenerateParams{
			Prompt: imagePrompt(in), Model: j.model,
			Size: openai.ImageGenerateParamsSize(fmt.Sprintf("%dx%d", size.Width, size.Height)),
		}
		var sent []string
		if gptImage(j.model) {
			body.Quality = "medium"
		} else if j.takes("response_format") {
			body.ResponseFormat = openai.ImageGenerateParamsResponseFormatB64JSON
			sent = append(sent, "response_format")
		}
		if q := j.conf.ImageQuality; q != "" {
			body.Quality = openai.ImageGenerateParamsQuality(q)
		}
		if body.Quality != "" && j.takes("quality") {
			sent = append(sent, "quality")
		} else {
			body.Quality = ""
		}
		if j.takes("size") {
			sent = append(sent, "size")
		}
		answer, err := j.images.Generate(ctx, body, j.options(mostPicture)...)
		switch {
		case err == nil && len(answer.Data) == 0:
			return openai.Image{}, j.failure(providers.KindUnavailable, "the answer has no picture in it", hintAgain)
		case err == nil:
			j.spendImage(answer.Usage)
			return answer.Data[0], nil
		case ctx.Err() != nil:
			return openai.Image{}, ctx.Err()
		}
		field, again := j.learn(err, sent...)
		if !again {
			return openai.Image{}, j.fault(err)
		}
		j.call.Log(slog.LevelDebug, "the server refused a field's value; it is left out or changed from now on", "field", field, "model", j.model)
	}
}

func (j *job) spendImage(u openai.ImagesResponseUsage) {
	use := price.Usage{TextIn: u.InputTokens, ImageOut: u.OutputTokens, TextOut: u.OutputTokensDetails.TextTokens}
	use.ImageOut -= use.TextOut
	j.charge(use)
}

// bytes gives the picture itself.
func (j *job) bytes(ctx context.Context, answer openai.Image) ([]byte, error) {
	if data := answer.B64JSON; data != "" {
		if i := strings.Index(data, ";base64,"); strings.HasPrefix(data, "data:") && i > 0 {
			data = data[i+len(";base64,"):]
		}
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(data))
		if err != nil {
			return nil, j.failure(providers.KindUnavailable, "the picture is no valid base64", hintAgain)
		}
		return raw, nil
	}
	if strings.HasPrefix(answer.URL, "data:") {
		return j.bytes(ctx, openai.Image{B64JSON: answer.URL})
	}
	raw, err := j.fetch(ctx, answer.URL)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return raw, err
}

// fetch gets a picture from the address that the server gave, without any credentials. The address may
// carry a signature, so it is in no error.
func (j *job) fetch(ctx context.Context, address string) ([]byte, error) {
	base, err := url.Parse(j.conf.BaseURL)
	if err != nil {
		return nil, err
	}
	u, err := base.Parse(address)
	if err != nil || address == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return nil, j.failure(providers.KindUnavailable, "the answer has neither a picture nor the http address of one", hintAgain)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, j.failure(providers.KindUnavailable, "the address of the picture is none", hintAgain)
	}
	req.Header.Set("Accept", "image/*")
	res, err := j.http.Do(req)
	if err != nil {
		return nil, j.fault(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		_, _ = io.CopyN(io.Discard, res.Body, mostRefusal)
		return nil, j.failure(providers.KindUnavailable, fmt.Sprintf("the picture cannot be fetched from %s: %s", u.Host, http.StatusText(res.StatusCode)), hintAgain)
	}
	raw, err := remote.ReadBody(res.Body, mostPicture)
	if tooLarge := (*remote.TooLarge)(nil); errors.As(err, &tooLarge) {
		return nil, j.failure(providers.KindUnavailable, fmt.Sprintf("the picture has more than %d bytes", tooLarge.Most), "ask for smaller pictures")
	}
	if err != nil {
		return nil, j.fault(err)
	}
	return raw, nil
}

// styles say a style in words that models of pictures know.
var styles = map[string]string{
	"photorealistic": "Photorealistic photograph, natural textures, true colours, fine detail",
	"cinematic":      "Cinematic film still, dramatic light, shallow depth of field, rich colour grading",
	"anime":          "Anime illustration, clean line art, cel shading, detailed background, vivid colours",
	"comic-book":     "Comic book art, bold ink outlines, halftone shading, strong contrast",
	"documentary":    "Documentary photograph, available light, muted natural colours, unposed, as a reporter would take it",
	"cartoon":        "Hand-drawn cartoon, bold clean outlines, flat bright colours, simple rounded shapes, friendly faces",
	"pixar-art":      "Stylised 3D animated film look, soft rounded shapes, warm global illumination, expressive characters",
}

var framings = map[string]string{
	"wide": "Wide shot that shows the whole place", "medium": "Medium shot", "close": "Close-up", "aerial": "Aerial view from high above",
}

// mostPrompt is what the oldest of the models takes, in characters.
const mostPrompt = 4000

// imagePrompt builds the prompt from style, framing, what is seen, and the looks of the characters in it.
func imagePrompt(in film.ImageInput) string {
	var b strings.Builder
	style := styles[in.Style]
	if style == "" {
		style = in.Style
	}
	framing := framings[in.Camera]
	if framing == "" {
		framing = framings["medium"]
	}
	fmt.Fprintf(&b, "%s. %s. %s", style, framing, stop(in.Prompt))
	for _, c := range in.Characters {
		if picture.Names(in.Prompt, c.Name) {
			fmt.Fprintf(&b, " %s: %s", c.Name, stop(c.Looks))
		}
	}
	b.WriteString(" The subject stands in the middle; the lower fifth is calm, for subtitles. No text, letters, captions, logos, watermarks or borders in the picture.")
	if n := strings.TrimSpace(in.Negative); n != "" {
		fmt.Fprintf(&b, " The picture must not show: %s", stop(n))
	}
	prompt := b.String()
	if utf8.RuneCountInString(prompt) > mostPrompt {
		prompt = string([]rune(prompt)[:mostPrompt])
	}
	return prompt
}

// stop ends a text with a full stop.
func stop(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}
