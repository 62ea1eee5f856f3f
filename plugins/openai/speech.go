package openai

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"

	"github.com/filmloom/filmloom/plugins/openai/price"
	"github.com/filmloom/filmloom/plugins/openai/wave"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

const (
	// mostSpoken is the API's own bound, in characters.
	mostSpoken = 4096
	// keepSilence is what is left of the silence at both ends. The contract allows 50 ms.
	keepSilence = 40 * time.Millisecond
	// pcmRate is the rate of sound that comes without a header, in samples a second; it is mono.
	pcmRate = 24_000
)

func (p *plugin) speak(ctx context.Context, call *providers.Call, in film.SpeechInput) (film.Speech, error) {
	j, err := p.job(call)
	if err != nil {
		return film.Speech{}, err
	}
	if n := utf8.RuneCountInString(in.Text); n > mostSpoken {
		return film.Speech{}, providers.Invalid("text has %d characters, and at most %d can be spoken at once; divide it.", n, mostSpoken)
	}
	if !prose.Speakable(in.Text) {
		return film.Speech{}, providers.Invalid("text has no words to speak; give at least one.")
	}
	call.Progress(0.05, "speaking")
	sound, err := j.say(ctx, in)
	if err != nil {
		return film.Speech{}, err
	}
	spoken := sound.Seconds()
	if !sound.Trim(keepSilence) {
		return film.Speech{}, j.failure(providers.KindInternal, "the sound that came is silent", "check that the voice exists on this server: see the setting voices")
	}
	j.charge(price.Usage{Characters: int64(utf8.RuneCountInString(in.Text)), Seconds: spoken})
	path := filepath.Join(call.WorkDir, "speech.wav")
	if err := os.WriteFile(path, sound.Bytes(), 0o600); err != nil {
		return film.Speech{}, fmt.Errorf("the speech cannot be written: %w", err)
	}
	return film.Speech{
		Audio:   providers.File{Path: path, MediaType: "audio/wav", Name: "speech.wav"},
		Seconds: sound.Seconds(),
		Words:   []film.Word{}, // speech.align finds them
	}, nil
}

// voice is the server's name for one of our voices.
func (j *job) voice(name string) string {
	if own := j.conf.Voices[name]; own != "" {
		return own
	}
	return name
}

// say asks for the sound. Pace is a number for most models; those that understand instructions are told
// in words, because they do not take the number.
func (j *job) say(ctx context.Context, in film.SpeechInput) (wave.Sound, error) {
	told := strings.HasPrefix(j.model, "gpt-") && strings.Contains(j.model, "-tts")
	speaker := in.Cast()
	if in.Pace > 0 && !told { // who is told how to sound is told about speed as well
		in.Pace /= speaker.Length
	}
	for {
		body := openai.AudioSpeechNewParams{
			Input: in.Text, Model: j.model, ResponseFormat: openai.AudioSpeechNewParamsResponseFormatWAV,
			Voice: openai.AudioSpeechNewParamsVoiceUnion{OfString: param.NewOpt(j.voice(speaker.Voice))},
		}
		var sent []string
		natural := in.Pace == 0 || math.Abs(in.Pace-1) < 0.01
		switch {
		case natural && !(told && in.Described()):
		case told && j.takes("instructions"):
			body.Instructions = param.NewOpt(manner(in, natural))
			sent = []string{"instructions"}
		case natural: // the voice alone has to do
		case !told && j.takes("speed"):
			body.Speed = param.NewOpt(math.Round(in.Pace*100) / 100)
			sent = []string{"speed"}
		default:
			j.call.Warn(fmt.Sprintf("The voice speaks at its natural pace, because the model %s takes no other.", j.model))
		}
		sound, err := j.sound(ctx, body)
		switch {
		case err == nil:
			return sound, nil
		case ctx.Err() != nil:
			return wave.Sound{}, ctx.Err()
		}
		field, again := j.learn(err, sent...)
		if !again {
			return wave.Sound{}, j.fault(err)
		}
		j.call.Log(slog.LevelDebug, "the server does not understand a field; it is left out from now on", "field", field, "model", j.model)
	}
}

// manner says in words how to speak. A description is the user's: it is quoted as one, and cut short.
func manner(in film.SpeechInput, natural bool) string {
	var said []string
	if who := (film.Role{Age: in.Age, Gender: in.Gender}).Person(); who != "" {
		said = append(said, "You are "+who+".")
	}
	if like := strings.Join(strings.Fields(in.Description), " "); like != "" {
		const most = 200
		if r := []rune(like); len(r) > most {
			like = string(r[:most])
		}
		said = append(said, fmt.Sprintf("Your voice: %q.", like))
	}
	if !natural {
		said = append(said, paceInWords(in.Pace))
	}
	return strings.Join(said, " ")
}

func paceInWords(pace float64) string {
	how := "faster"
	if pace < 1 {
		how = "slower"
	}
	return fmt.Sprintf("Speak about %d percent %s than you naturally would, evenly and clearly.", int(math.Round(math.Abs(pace-1)*100)), how)
}

// sound makes one request and reads what comes.
func (j *job) sound(ctx context.Context, body openai.AudioSpeechNewParams) (wave.Sound, error) {
	res, err := j.audio.New(ctx, body, j.options(mostSound)...)
	if err != nil {
		return wave.Sound{}, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body) // bounded by the options
	if err != nil {
		return wave.Sound{}, err
	}
	if isJSON(res) { // some servers say what is wrong with a good status
		return wave.Sound{}, newRefusal(http.StatusInternalServerError, res.Header, raw[:min(len(raw), mostRefusal)], time.Now())
	}
	sound, err := read(res.Header.Get("Content-Type"), raw)
	if err != nil {
		return wave.Sound{}, j.failure(providers.KindInternal, "the sound cannot be read: "+j.clean(err.Error()), "this server must be able to answer with response_format wav")
	}
	return sound, nil
}

// read reads WAV, or sound without a header where the type says so.
func read(contentType string, raw []byte) (wave.Sound, error) {
	t, params, _ := mime.ParseMediaType(contentType)
	if (t == "audio/pcm" || t == "audio/l16") && !strings.HasPrefix(string(raw[:min(len(raw), 4)]), "RIFF") {
		rate, err := strconv.Atoi(params["rate"])
		if err != nil {
			rate = pcmRate
		}
		return wave.PCM(raw, rate, 1)
	}
	return wave.Read(raw)
}
