package openai

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg"
	"image/png"
	"io"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/plugins/openai/wave"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

func pngOf(w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range min(w, h) {
		img.Set(i, i, color.RGBA{uint8(i), 99, 7, 255})
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img)
	return b.Bytes()
}

func drawn(raw []byte) answer {
	return status(200, fmt.Sprintf(`{"created":1764080000,"background":"opaque","data":[{"b64_json":%q}],"output_format":"png","quality":"medium","size":"864x1536",
		"usage":{"input_tokens":100,"input_tokens_details":{"image_tokens":0,"text_tokens":100},"output_tokens":1000,"total_tokens":1100,"output_tokens_details":{"image_tokens":1000,"text_tokens":0}}}`,
		base64.StdEncoding.EncodeToString(raw)))
}

func file(contentType string, raw []byte) answer {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(raw)
	}
}

var lighthouse = film.ImageInput{
	Prompt: "Mara climbs the tower at night", Negative: "birds", Style: "anime", Camera: "close", Width: 1080, Height: 1920, Seed: 5,
	Characters: []film.Character{{Name: "Mara", Looks: "a girl, red braids"}, {Name: "Tom", Looks: "white beard"}},
}

// checkPicture wants a picture of the size that was asked for.
func checkPicture(t *testing.T, got film.Image, in film.ImageInput) {
	t.Helper()
	f, err := os.Open(got.Image.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	conf, format, err := image.DecodeConfig(f)
	if err != nil || conf.Width != in.Width || conf.Height != in.Height || got.Image.MediaType != "image/"+format || got.Seed != in.Seed {
		t.Errorf("%dx%d %s, %+v, %v", conf.Width, conf.Height, format, got, err)
	}
}

func TestAPictureIsDrawn(t *testing.T) {
	v := newVendor(t, drawn(pngOf(864, 1536)))
	got, result, err := run(t.Context(), newBench(t, v, nil).official(), film.ImageGenerate, lighthouse)
	if err != nil {
		t.Fatal(err)
	}
	checkPicture(t, got, lighthouse)
	if result.Cost != 100*5+1000*30 {
		t.Errorf("it cost %d", result.Cost)
	}
	body := v.body(0)
	prompt, _ := body["prompt"].(string)
	if len(body) != 4 || body["size"] != "864x1536" || body["quality"] != "medium" {
		t.Errorf("%v", body)
	}
	for _, part := range []string{"Anime", "Close-up", "Mara climbs the tower at night.", "Mara: a girl, red braids.", "must not show: birds."} {
		if !strings.Contains(prompt, part) {
			t.Errorf("%q lacks %q", prompt, part)
		}
	}
	if strings.Contains(prompt, "white beard") {
		t.Error("somebody is drawn who is not in the picture")
	}
}

func TestSizesAreThoseThatTheModelHas(t *testing.T) {
	for _, c := range []struct {
		model         string
		width, height int
		want          string
	}{
		{"gpt-image-1-mini", 1080, 1920, "1024x1536"},
		{"gpt-image-1.5", 1920, 1080, "1536x1024"},
		{"gpt-image-1.5", 1080, 1080, "1024x1024"},
		{"chatgpt-image-latest", 3840, 2160, "1536x1024"},
		{"gpt-image-2", 1920, 1080, "1536x864"},
		{"gpt-image-2.5-flare-2026-09-08", 1000, 1500, "1024x1536"},
		{"sd15", 1080, 1920, "896x1536"},
		{"sd15", 512, 512, "512x512"},
		{"sd15", 64, 64, "256x256"},
		{"flux", 3840, 2160, "1536x896"},
	} {
		j := job{server: &server{}, model: c.model}
		if got := j.drawnSize(c.width, c.height); fmt.Sprintf("%dx%d", got.Width, got.Height) != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestALocalServerDraws(t *testing.T) {
	in := lighthouse
	in.Width, in.Height = 320, 240
	for name, answers := range map[string][]answer{
		"in base64":     {status(200, `{"data":[{"b64_json":"`+base64.StdEncoding.EncodeToString(pngOf(320, 256))+`"}]}`)},
		"in a data URL": {status(200, `{"data":[{"url":"data:image/png;base64,`+base64.StdEncoding.EncodeToString(pngOf(320, 256))+`"}]}`)},
		"by address":    {status(200, `{"data":[{"url":"/files/1.png"}]}`), file("image/png", pngOf(320, 256))},
		"the old way":   {apiError(400, "invalid_request_error", "", "", "unknown parameter: response_format"), status(200, `{"data":[{"url":"/files/1.png"}]}`), file("image/png", pngOf(320, 256))},
		"other sizes":   {apiError(400, "invalid_request_error", "invalid_size", "size", "Size must be one of 1024x1024"), drawn(pngOf(1536, 1024))},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor(t, answers...)
			v.local = true
			got, result, err := run(t.Context(), newBench(t, v, nil), film.ImageGenerate, in)
			if err != nil || result.Cost != 0 {
				t.Fatal(err)
			}
			checkPicture(t, got, in)
			if body := v.body(0); body["response_format"] != "b64_json" || body["quality"] != nil || body["size"] != "320x256" {
				t.Errorf("%v", body)
			}
		})
	}
}

func TestWhatIsNoPictureIsSaidSo(t *testing.T) {
	for name, c := range map[string]struct {
		answers []answer
		want    string
	}{
		"nothing":         {[]answer{status(200, `{"data":[]}`)}, "no picture in it"},
		"neither":         {[]answer{status(200, `{"data":[{}]}`)}, "neither a picture"},
		"no base64":       {[]answer{status(200, `{"data":[{"b64_json":"%%%"}]}`)}, "no valid base64"},
		"no picture":      {[]answer{drawn([]byte("hello"))}, "no picture that can be read"},
		"another scheme":  {[]answer{status(200, `{"data":[{"url":"file:///etc/passwd"}]}`)}, "neither a picture"},
		"gone":            {[]answer{status(200, `{"data":[{"url":"/files/1.png?sig=secret"}]}`), status(404, "")}, "cannot be fetched"},
		"too much":        {[]answer{status(200, `{"data":[{"url":"/files/1.png"}]}`), huge("image/png", "x")}, "more than 67108864 bytes"},
		"too much at all": {[]answer{huge("application/json", " ")}, "sent more than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := run(t.Context(), newBench(t, newVendor(t, c.answers...), nil), film.ImageGenerate, lighthouse)
			if e := fault(t, err); e.Kind != providers.KindUnavailable || !strings.Contains(e.Message, c.want) || strings.Contains(e.Message, "secret") {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestAPictureThatIsRefusedIsRejected(t *testing.T) {
	v := newVendor(t, apiError(400, "image_generation_user_error", "moderation_blocked", "", "Your request was rejected by the safety system. If you believe this is an error, contact us. safety_violations=[violence]."))
	_, _, err := run(t.Context(), newBench(t, v, nil), film.ImageGenerate, lighthouse)
	if e := fault(t, err); e.Kind != providers.KindRejected || e.User != userRejected {
		t.Errorf("%+v", e)
	}
}

// speechFile is a WAV file with half a second of sound between silences, as a server that streams
// writes it.
func speechFile() []byte {
	s := wave.Sound{Rate: 24000, Channels: 1}
	for i := range 24000 * 2 {
		v := 0.0
		if i >= 12000 && i < 24000 {
			v = 9000 * math.Sin(float64(i)/9)
		}
		s.Samples = append(s.Samples, int16(v))
	}
	b := s.Bytes()
	binary.LittleEndian.PutUint32(b[4:], math.MaxUint32)
	binary.LittleEndian.PutUint32(b[40:], math.MaxUint32)
	return b
}

var hello = film.SpeechInput{Text: "Hello there.", Language: "english", Voice: "nova", Pace: 1}

func TestATextIsSpoken(t *testing.T) {
	in := hello
	in.Pace = 1.25
	v := newVendor(t, file("audio/wav", speechFile()))
	got, result, err := run(t.Context(), newBench(t, v, map[string]any{"voices": map[string]any{"nova": "coral"}}).official(), film.SpeechSynthesize, in)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(got.Audio.Path)
	if err != nil {
		t.Fatal(err)
	}
	sound, err := wave.Read(raw)
	if err != nil || sound.Seconds() != got.Seconds || got.Seconds < 0.5 || got.Seconds > 0.6 || got.Audio.MediaType != "audio/wav" {
		t.Errorf("%v s, %v s, %v", sound.Seconds(), got.Seconds, err)
	}
	if binary.LittleEndian.Uint32(raw[40:]) != uint32(len(raw)-44) || got.Words == nil || len(got.Words) != 0 {
		t.Errorf("%+v", got)
	}
	if result.Cost != 12*15 {
		t.Errorf("it cost %d", result.Cost)
	}
	if body := v.body(0); len(body) != 5 || body["voice"] != "coral" || body["speed"] != 1.25 || body["input"] != "Hello there." {
		t.Errorf("%v", body)
	}
}

func TestPaceIsToldInWordsWhereTheModelTakesNoNumber(t *testing.T) {
	in := hello
	in.Pace = 0.8
	v := newVendor(t, file("audio/wav", speechFile()))
	_, result, err := run(t.Context(), newBench(t, v, map[string]any{"speech_model": "gpt-4o-mini-tts"}).official(), film.SpeechSynthesize, in)
	if body := v.body(0); err != nil || body["speed"] != nil || !strings.Contains(fmt.Sprint(body["instructions"]), "20 percent slower") {
		t.Errorf("%v, %v", body, err)
	}
	if result.Cost != 500 { // two seconds at 0.015 dollars a minute
		t.Errorf("it cost %d", result.Cost)
	}
}

// A described speaker gets the closest voice; a model that understands words is told the rest.
func TestADescribedSpeakerGetsTheClosestVoice(t *testing.T) {
	in := hello
	in.Gender, in.Age, in.Description, in.Pace = "male", "elderly", "deep,\n  kind", 0.9
	for model, wants := range map[string][2]string{
		"gpt-4o-mini-tts": {"", `You are an old man. Your voice: "deep, kind". Speak about 10 percent slower`},
		"tts-1":           {"0.85", ""}, // an old man takes longer
	} {
		v := newVendor(t, file("audio/wav", speechFile()))
		_, _, err := run(t.Context(), newBench(t, v, map[string]any{"speech_model": model, "voices": map[string]any{"onyx": "bm_george"}}), film.SpeechSynthesize, in)
		body := v.body(0)
		said := fmt.Sprint(cmp.Or(body["instructions"], any("")))
		speed := fmt.Sprint(cmp.Or(body["speed"], any("")))
		if err != nil || body["voice"] != "bm_george" || speed != wants[0] || !strings.HasPrefix(said, wants[1]) || wants[1] == "" && said != "" {
			t.Errorf("%s: %v, %v", model, body, err)
		}
	}
	// At the natural pace the words are about the voice alone, and without them it has to do.
	in.Pace = 1
	v := newVendor(t, apiError(400, "invalid_request_error", "", "instructions", "Unknown parameter: 'instructions'"), file("audio/wav", speechFile()))
	_, result, err := run(t.Context(), newBench(t, v, map[string]any{"speech_model": "gpt-4o-mini-tts"}), film.SpeechSynthesize, in)
	if err != nil || len(result.Warnings) != 0 || v.body(0)["instructions"] != `You are an old man. Your voice: "deep, kind".` || v.body(1)["instructions"] != nil {
		t.Errorf("%+v, %v, %v", result, err, v.body(0))
	}
}

func TestAPaceThatIsRefusedIsLeftOutWithAWarning(t *testing.T) {
	in := hello
	in.Pace = 1.5
	v := newVendor(t, apiError(400, "invalid_request_error", "", "", "speed is not supported by this model"), file("audio/wav", speechFile()))
	_, result, err := run(t.Context(), newBench(t, v, nil), film.SpeechSynthesize, in)
	if err != nil || len(result.Warnings) != 1 || v.body(1)["speed"] != nil {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestSoundWithoutAHeaderIsRead(t *testing.T) {
	v := newVendor(t, file("audio/pcm;rate=24000", speechFile()[44:]))
	got, _, err := run(t.Context(), newBench(t, v, nil), film.SpeechSynthesize, hello)
	if err != nil || got.Seconds < 0.5 || got.Seconds > 0.6 {
		t.Errorf("%v s, %v", got.Seconds, err)
	}
}

func TestWhatIsNoSpeechIsSaidSo(t *testing.T) {
	silent := wave.Sound{Rate: 24000, Channels: 1, Samples: make([]int16, 24000)}
	for name, c := range map[string]struct {
		answer answer
		kind   providers.Kind
		want   string
	}{
		"MP3":     {file("audio/mpeg", []byte("ID3\x04abc")), providers.KindInternal, "it is MP3"},
		"silence": {file("audio/wav", silent.Bytes()), providers.KindInternal, "silent"},
		"empty":   {file("audio/wav", nil), providers.KindInternal, "empty"},
		"JSON":    {status(200, `{"error":"no such voice `+testKey+`"}`), providers.KindUnavailable, "no such voice"},
		"endless": {huge("audio/wav", "RIFF"), providers.KindUnavailable, "sent more than"},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "audio/wav")
			_, _ = io.WriteString(w, "RIFF")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, providers.KindUnavailable, "broke the connection off"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := run(t.Context(), newBench(t, newVendor(t, c.answer), nil), film.SpeechSynthesize, hello)
			if e := fault(t, err); e.Kind != c.kind || !strings.Contains(e.Message, c.want) {
				t.Errorf("%+v", e)
			}
		})
	}
	for _, text := range []string{"", "…", strings.Repeat("a ", 2100)} {
		in := hello
		in.Text = text
		_, _, err := run(t.Context(), newBench(t, newVendor(t), nil), film.SpeechSynthesize, in)
		if e := fault(t, err); e.Kind != providers.KindInvalidInput || e.User == "" {
			t.Errorf("%.9q: %+v", text, e)
		}
	}
}
