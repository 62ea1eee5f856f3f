package ffmpeg

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // thumbnails
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// A production is a small film with everything it was made of.
type production struct {
	plan film.TimelinePlan
	in   film.AssembleInput
	film film.Film
}

type scene struct {
	text    string
	motion  string
	seconds float64
}

var smallScenes = []scene{
	{"The clock struck twelve, and nobody came.", "zoom-in", 1.8},
	{"Then a door opened.", "pan-left", 1.1},
	{"An old man stood there; his lamp was cold.", "zoom-out", 2.0},
	{"Nobody ever saw him again.", "pan-up", 1.4},
}

// produce makes a film the way the pipeline does.
func produce(t testing.TB, p providers.Provider, e film.Encoding, scenes []scene) production {
	t.Helper()
	ti := film.TimelineInput{FPS: e.FPS, PauseSeconds: 0.45, LeadSeconds: 0.3, TailSeconds: 1.5, TransitionSeconds: 0.4, MinSceneSeconds: 1.5}
	for i, s := range scenes {
		ti.Scenes = append(ti.Scenes, film.TimelineScene{ID: fmt.Sprintf("scene-%02d", i+1), SpeechSeconds: s.seconds})
	}
	plan := must(t, p, film.Timeline, ti)
	in := film.AssembleInput{Frames: plan.Frames, FPS: plan.FPS, Title: "The clockmaker", Description: "A story. #mystery", Language: "english"}
	burned := film.Track{Language: "english", Burned: true}
	other := film.Track{Language: "german"}
	kinds := []string{"crossfade", "fade-black", "wipe-left", "slide-left"}
	var before film.Side
	for i, s := range scenes {
		slot := plan.Scenes[i]
		layout := must(t, p, film.SubtitleLayout, film.LayoutInput{
			Text: s.text, SpeechStart: slot.SpeechStart, Seconds: s.seconds,
			Language: "english", Style: "cinematic", Width: e.Width, Height: e.Height,
		})
		side := film.Side{
			Image: picture(t, e.Width, e.Height, float64(i)*1.7), Motion: s.motion,
			Frames: slot.Frames, HeadFrames: slot.HeadFrames, TailFrames: slot.TailFrames,
		}
		if slot.HeadFrames > 0 {
			seg := must(t, p, film.TransitionRender, film.TransitionInput{
				Kind: kinds[i%len(kinds)], From: before, To: side, Subtitles: &layout.ASS, Encoding: e,
			})
			in.Segments = append(in.Segments, seg.Video)
		}
		clip := must(t, p, film.ClipRender, film.ClipInput{
			Image: side.Image, Motion: side.Motion, Frames: side.Frames, HeadFrames: side.HeadFrames, TailFrames: side.TailFrames,
			Subtitles: &layout.ASS, Encoding: e,
		})
		in.Segments = append(in.Segments, clip.Video)
		in.Speech = append(in.Speech, film.PlacedAudio{
			Audio: tone(t, s.seconds, 160+20*float64(i), 0.3), Start: slot.StartSeconds + slot.SpeechStart,
		})
		burned.Scenes = append(burned.Scenes, film.SceneCues{Start: slot.StartSeconds, Cues: layout.Cues})
		other.Scenes = append(other.Scenes, film.SceneCues{Start: slot.StartSeconds, Cues: layout.Cues})
		before = side
	}
	music := tone(t, 3, 55, 0.1)
	in.Music = &music
	in.Subtitles = []film.Track{burned, other}
	return production{plan, in, must(t, p, film.Assemble, in)}
}

func TestAFilm(t *testing.T) {
	p := configured(t)
	made := produce(t, p, film.Encoding{Width: 270, Height: 480, FPS: 30}, smallScenes)
	path := made.film.Video.Path

	t.Run("is H.264 high with BT.709 and sound as long as the picture", func(t *testing.T) {
		answer := ffprobe(t, path, "-show_streams", "-show_format", "-count_frames")
		video, audio := stream(t, answer, "video"), stream(t, answer, "audio")
		for key, want := range map[string]string{
			"codec_name": "h264", "profile": "High", "pix_fmt": "yuv420p", "color_space": "bt709", "color_transfer": "bt709",
			"color_primaries": "bt709", "color_range": "tv", "width": "270", "height": "480", "r_frame_rate": "30/1",
			"nb_read_frames": fmt.Sprint(made.plan.Frames), "start_time": "0.000000",
		} {
			if got := fmt.Sprint(video[key]); got != want {
				t.Errorf("the picture's %s is %s, want %s", key, got, want)
			}
		}
		for key, want := range map[string]string{"codec_name": "aac", "sample_rate": "48000", "channels": "2", "start_time": "0.000000"} {
			if got := fmt.Sprint(audio[key]); got != want {
				t.Errorf("the sound's %s is %s, want %s", key, got, want)
			}
		}
		seconds := func(s map[string]any) float64 {
			var f float64
			fmt.Sscan(fmt.Sprint(s["duration"]), &f)
			return f
		}
		if d := math.Abs(seconds(video) - seconds(audio)); d > 1.0/30 {
			t.Errorf("picture and sound differ by %v s", d)
		}
		if math.Abs(seconds(video)-made.film.Seconds) > 1e-3 {
			t.Errorf("the picture has %v s, the answer says %v", seconds(video), made.film.Seconds)
		}
		tags := answer["format"].(map[string]any)["tags"].(map[string]any)
		if tags["title"] != "The clockmaker" || tags["description"] != "A story. #mystery" {
			t.Errorf("the tags are %v", tags)
		}
		if subs := stream(t, answer, "subtitle"); subs["codec_name"] != "mov_text" {
			t.Errorf("the subtitles are %v", subs["codec_name"])
		}
	})

	t.Run("has packets in strict order", func(t *testing.T) {
		answer := ffprobe(t, path, "-show_entries", "packet=dts,stream_index")
		last := map[any]float64{}
		for _, p := range answer["packets"].([]any) {
			p := p.(map[string]any)
			dts := p["dts"].(float64)
			if before, ok := last[p["stream_index"]]; ok && dts <= before {
				t.Fatalf("stream %v: tick %v follows %v", p["stream_index"], dts, before)
			}
			last[p["stream_index"]] = dts
		}
	})

	t.Run("has its movie box in front", func(t *testing.T) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if moov, mdat := bytes.Index(data, []byte("moov")), bytes.Index(data, []byte("mdat")); moov < 0 || moov > mdat {
			t.Errorf("moov lies at %d, mdat at %d", moov, mdat)
		}
	})

	t.Run("has -14 LUFS, as the answer says", func(t *testing.T) {
		heard := measure(t, path)
		if math.Abs(heard.integrated-targetLUFS) > 0.5 || heard.peak > ceilingDB {
			t.Errorf("the film has %v LUFS and %v dBTP", heard.integrated, heard.peak)
		}
		if heard.integrated != made.film.LoudnessLUFS || heard.peak != made.film.TruePeakDB {
			t.Errorf("measured %+v; the answer says %v LUFS, %v dBTP", heard, made.film.LoudnessLUFS, made.film.TruePeakDB)
		}
	})

	t.Run("has a thumbnail of its size", func(t *testing.T) {
		f, err := os.Open(made.film.Thumbnail.Path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		conf, kind, err := image.DecodeConfig(f)
		if err != nil || kind != "jpeg" || conf.Width != 270 || conf.Height != 480 {
			t.Errorf("the thumbnail is a %s of %d×%d: %v", kind, conf.Width, conf.Height, err)
		}
	})

	t.Run("has subtitle files", func(t *testing.T) {
		for kind, f := range map[string]providers.File{"srt": made.film.Subtitles[0].SRT, "vtt": made.film.Subtitles[0].VTT} {
			got, err := os.ReadFile(f.Path)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "film."+kind, got)
		}
	})
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	p := configured(t)
	e := film.Encoding{Width: 128, Height: 128, FPS: 10, Quality: "draft"}
	clip := film.ClipInput{Image: picture(t, 128, 128, 1), Motion: "zoom-in", Frames: 12, Watermark: "Filmloom", Encoding: e}
	a, b := must(t, p, film.ClipRender, clip), must(t, p, film.ClipRender, clip)
	same(t, a.Video, b.Video)
	in := film.AssembleInput{
		Segments: []providers.File{a.Video}, Frames: 12, FPS: 10, Language: "english",
		Speech: []film.PlacedAudio{{Audio: tone(t, 0.8, 200, 0.2), Start: 0.1}},
	}
	first, second := must(t, p, film.Assemble, in), must(t, p, film.Assemble, in)
	same(t, first.Video, second.Video)
	same(t, first.Thumbnail, second.Thumbnail)
}

// The thumbnail is made smaller, its colours unchanged, and never larger.
func TestAThumbnailHasTheSizeAskedFor(t *testing.T) {
	p := configured(t)
	e := film.Encoding{Width: 256, Height: 144, FPS: 10, Quality: "draft"}
	clip := must(t, p, film.ClipRender, film.ClipInput{Image: picture(t, 256, 144, 1), Motion: "still", Frames: 4, Encoding: e})
	whole := image.Point{}
	mean := 0.0
	for _, row := range []struct{ side, width, height int }{{0, 256, 144}, {128, 128, 72}, {1280, 256, 144}} {
		made := must(t, p, film.Assemble, film.AssembleInput{Segments: []providers.File{clip.Video}, Frames: 4, FPS: 10, Language: "english", ThumbnailSide: row.side})
		f, err := os.Open(made.Thumbnail.Path)
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := image.Decode(f)
		f.Close()
		if err != nil || img.Bounds().Size() != image.Pt(row.width, row.height) {
			t.Fatalf("side %d: %v, %v", row.side, img.Bounds(), err)
		}
		sum, n := 0.0, 0
		for y := range row.height {
			for x := range row.width {
				r, g, b, _ := img.At(x, y).RGBA()
				sum, n = sum+float64(r+g+b)/3/257, n+1
			}
		}
		if whole == (image.Point{}) {
			whole, mean = img.Bounds().Size(), sum/float64(n)
		} else if got := sum / float64(n); math.Abs(got-mean) > 1.5 {
			t.Errorf("side %d: its mean is %.1f, of the whole size %.1f", row.side, got, mean)
		}
	}
}

func TestAssembleRefuses(t *testing.T) {
	p := configured(t)
	e := film.Encoding{Width: 64, Height: 64, FPS: 10, Quality: "draft"}
	clip := must(t, p, film.ClipRender, film.ClipInput{Image: picture(t, 64, 64, 1), Motion: "still", Frames: 10, Encoding: e})
	e.Width = 128
	wide := must(t, p, film.ClipRender, film.ClipInput{Image: picture(t, 64, 64, 1), Motion: "still", Frames: 10, Encoding: e})
	text := filepath.Join(t.TempDir(), "list.txt")
	if err := os.WriteFile(text, []byte("ffconcat version 1.0\nfile /etc/passwd\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	list := providers.File{Path: text}
	for _, c := range []struct {
		name string
		in   film.AssembleInput
		want string
	}{
		{"no segments", film.AssembleInput{Frames: 1, FPS: 10}, "0 segments"},
		{"other length", film.AssembleInput{Frames: 11, FPS: 10, Segments: []providers.File{clip.Video}}, "have 10 frames together; the film should have 11"},
		{"segments of two sizes", film.AssembleInput{Frames: 20, FPS: 10, Segments: []providers.File{clip.Video, wide.Video}}, "segment 2 has 128×64 pixels"},
		{"no video", film.AssembleInput{Frames: 20, FPS: 10, Segments: []providers.File{list}}, "segment 1 cannot be read"},
		{
			"speech beyond the end",
			film.AssembleInput{Frames: 10, FPS: 10, Segments: []providers.File{clip.Video}, Speech: []film.PlacedAudio{{Audio: list, Start: 1}}},
			"narration 1 begins at 1 seconds",
		},
		{
			"a list of files for speech",
			film.AssembleInput{Frames: 10, FPS: 10, Segments: []providers.File{clip.Video}, Speech: []film.PlacedAudio{{Audio: list}}},
			"no sound that can be read",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := do(t, t.Context(), p, film.Assemble, c.in)
			if err == nil || providers.AsError(err).Kind != providers.KindInvalidInput || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}
