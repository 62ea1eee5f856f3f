package stability

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/plugins/stability/track"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// wavOf is a stereo WAV of 16 bits with a tone in it. The vendor's has 44100 samples a second.
func wavOf(seconds float64) []byte {
	frames := int(seconds * 8000)
	b := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00\x40\x1f\x00\x00\x00\x7d\x00\x00\x04\x00\x10\x00data"), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(b[40:], uint32(4*frames))
	for i := range frames {
		v := uint16(int16(9000 * math.Sin(float64(i)/30)))
		b = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(b, v), v)
	}
	return b
}

// mp3Of has silent frames of 128 kbit/s at 44100 Hz.
func mp3Of(seconds float64) []byte {
	frame := append([]byte("\xff\xfb\x90\x00"), make([]byte, 413)...)
	return bytes.Repeat(frame, int(math.Ceil(seconds*44100/1152)))
}

func audioAnswer(mediaType string, body []byte) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("finish-reason", "SUCCESS")
		w.Header().Set("seed", "5")
		_, _ = w.Write(body)
	}
}

func TestMusicHasExactlyTheLengthThatItSays(t *testing.T) {
	for _, row := range []struct {
		name             string
		format           string
		wanted, composed float64
		asked            string
		gives, within    float64 // seconds
		warns            string
	}{
		{"whole", "wav", 12, 12, "12", 12, 0, ""},
		{"a fraction", "wav", 12.3456, 13, "13", 12.3456, .5 / 8000, ""},
		{"a little short", "wav", 12, 11.8, "12", 12, 0, ""},
		{"much too short", "wav", 12, 7, "12", 12, 0, "composed 7.0 of the 12.0 seconds"},
		{"longest", "wav", 190, 190, "190", 190, 0, ""},
		{"longer than can be", "wav", 400, 190, "190", 190, 0, "has 190 of the 400 seconds"},
		{"MP3", "mp3", 12.3456, 13, "13", 12.3456, .013, ""},
		{"MP3 too short", "mp3", 12, 7, "12", 7, .026, "composed 7.0 of the 12.0 seconds"},
	} {
		t.Run(row.name, func(t *testing.T) {
			body, mediaType := wavOf(row.composed), "audio/wav"
			if row.format == "mp3" {
				body, mediaType = mp3Of(row.composed), "audio/mpeg"
			}
			v := standIn(t, audioAnswer(mediaType, body))
			p := configured(t, v.URL, map[string]any{"music_format": row.format, "music_model": "stable-audio-2.5"})
			r, dir, err := run(t, p, film.MusicCompose.Name, film.MusicInput{Genre: "calm", Seconds: row.wanted, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			var out film.Music
			if err := json.Unmarshal(r.Output, &out); err != nil {
				t.Fatal(err)
			}
			raw, err := os.ReadFile(filepath.Join(dir, out.Audio.Path))
			if err != nil {
				t.Fatal(err)
			}
			piece, err := track.Read(raw)
			if err != nil || piece.Seconds() != out.Seconds || piece.MediaType() != mediaType || out.Audio.MediaType != mediaType {
				t.Errorf("the file has %v s (%v), the result is %+v", piece.Seconds(), err, out)
			}
			if math.Abs(out.Seconds-row.gives) > row.within {
				t.Errorf("it has %v s, want %v", out.Seconds, row.gives)
			}
			if warned := strings.Join(r.Warnings, " "); !strings.Contains(warned, row.warns) || (row.warns == "") != (warned == "") {
				t.Errorf("warnings %q", r.Warnings)
			}
			if r.Cost != 200_000 {
				t.Errorf("it cost %g USD", r.Cost.USD())
			}
			got := v.last().fields
			if got["duration"] != row.asked || got["seed"] != "5" || got["model"] != "stable-audio-2.5" || got["output_format"] != row.format ||
				!strings.Contains(got["prompt"], "calm ambient piano") || !strings.Contains(got["prompt"], row.asked+" seconds long") || len(got) != 5 {
				t.Errorf("asked for %q", got)
			}
		})
	}
}

func TestMusicThatCannotBeHadSaysWhy(t *testing.T) {
	for _, row := range []struct {
		name    string
		in      film.MusicInput
		answer  func(http.ResponseWriter, *http.Request)
		kind    providers.Kind
		message string
	}{
		{"no length", film.MusicInput{Genre: "calm"}, nil, providers.KindInvalidInput, "ask for at least one second"},
		{"unknown genre", film.MusicInput{Genre: "polka", Seconds: 5}, nil, providers.KindInvalidInput, "no genre \"polka\""},
		{"a picture", film.MusicInput{Genre: "calm", Seconds: 5}, pictureAnswer("1", pngOf(8, 8)), providers.KindUnavailable, "where audio is due"},
		{"no music", film.MusicInput{Genre: "calm", Seconds: 5}, audioAnswer("audio/wav", []byte("hello")), providers.KindUnavailable, "neither WAV nor MP3"},
		{"an empty WAV", film.MusicInput{Genre: "calm", Seconds: 5}, audioAnswer("audio/wav", wavOf(0)), providers.KindUnavailable, "no samples"},
		{"refused", film.MusicInput{Genre: "calm", Seconds: 5}, fails(403, said("content_moderation", "flagged")), providers.KindRejected, "refused"},
		{"limited", film.MusicInput{Genre: "calm", Seconds: 5}, fails(429, ""), providers.KindRateLimited, "answered 429"},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := standIn(t, row.answer)
			_, _, err := run(t, configured(t, v.URL, nil), film.MusicCompose.Name, row.in)
			if e := providers.AsError(err); e == nil || e.Kind != row.kind || !strings.Contains(e.Message, row.message) {
				t.Errorf("%v", err)
			}
		})
	}
}
