package ffmpeg

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/filmloom/filmloom/plugins/ffmpeg/tool"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

const (
	sampleRate = 48000
	audioRate  = "192k"

	targetLUFS = -14.0
	ceilingDB  = -1.0 // true peak of the film
	// limiterDB is where the limiter holds the peaks before the AAC encoder, which raises them.
	limiterDB = -2.0
	tolerance = 0.3 // LU; the promise is 0.5
	silence   = -69.0

	narrationLUFS = -16.0 // in the mix, before the film's loudness is set
	musicLUFS     = -27.0 // while nobody speaks; the compressor takes 8 to 10 dB more off under speech

	fadeIn, fadeOut = 0.8, 2.0 // seconds, of the music
)

// Names of files in the work directory.
const (
	mixFile   = "mix.w64"
	soundFile = "sound.m4a"
)

// audioKinds are the containers that sound may come in.
const audioKinds = "wav,w64,mp3,mov,mp4,m4a,flac,ogg,aac"

// A loudness is what EBU R 128 says of a piece of sound.
type loudness struct {
	integrated float64 // LUFS; about -70 for silence
	peak       float64 // dBTP; -Inf when not measured or silent
}

func (l loudness) silent() bool { return l.integrated < silence }

// A sound is a film's sound track while it is being made.
type sound struct {
	c       *compositor
	call    *providers.Call
	speech  []placed
	music   *providers.File
	samples int64 // length of the film
}

// make mixes the film's sound, encodes it as an M4A file in the work directory and measures it. The
// loudness is set by gain and limiter, measured on the encoded sound, and corrected if that missed.
func (s *sound) make(ctx context.Context) (loudness, error) {
	narration, music, err := s.measureParts(ctx)
	if err != nil {
		return loudness{}, err
	}
	s.call.Progress(0.15, "mixing sound")
	mixed, err := s.mix(ctx, narration, music)
	if err != nil {
		return loudness{}, err
	}
	s.call.Progress(0.4, "setting loudness")
	gain, limit := 0.0, limiterDB
	if !mixed.silent() {
		gain = targetLUFS - mixed.integrated
	}
	const attempts = 5
	var got loudness
	answer := 1.0 // how many LU a decibel of gain is worth; less while the limiter takes it away again
	for attempt := range attempts {
		before, step := got.integrated, 0.0
		if attempt > 0 {
			step = clampStep((targetLUFS - before) / answer)
			gain += step
		}
		if got, err = s.encode(ctx, gain, limit); err != nil {
			return loudness{}, err
		}
		off, over := targetLUFS-got.integrated, got.peak-ceilingDB
		if got.silent() || math.Abs(off) <= tolerance && over <= 0 {
			break
		}
		if attempt > 0 && math.Abs(step) > 0.2 {
			answer = min(max((got.integrated-before)/step, 0.25), 1)
		}
		if over > 0 {
			limit -= over + 0.2
		}
	}
	if got.peak > ceilingDB {
		return loudness{}, providers.Errorf(providers.KindInternal, "the sound's true peak stays at %.1f dBTP; at most %.1f is allowed", got.peak, ceilingDB)
	}
	return got, nil
}

// clampStep keeps a correction of the gain, in dB, from running away.
func clampStep(step float64) float64 { return min(max(step, -6), 8) }

// inputs are the sound's files as arguments: narrations in order, then the music, as often as it
// takes to last. graphs refer to them by number.
func (s *sound) inputs() []string {
	args := []string{"-loglevel", "info"}
	for _, p := range s.speech {
		args = append(args, fromFile(audioKinds, p.path)...)
	}
	if s.music != nil {
		args = append(args, "-stream_loop", "-1")
		args = append(args, fromFile(audioKinds, s.music.Path)...)
	}
	return args
}

// fromFile opens one local file, and nothing that it may refer to.
func fromFile(kinds, path string) []string {
	return []string{"-protocol_whitelist", "file,pipe", "-format_whitelist", kinds, "-i", "file:" + path}
}

const stereo = "aresample=48000,aformat=sample_fmts=fltp:channel_layouts=stereo"

// narrationGraph lays the narrations end to end with silence between, as [speech]. Narrations that overlap
// go to lanes of their own, which are summed.
func (s *sound) narrationGraph() string {
	var g strings.Builder
	lanes := lanesOf(s.speech)
	for l, lane := range lanes {
		start := lane[0].start
		fmt.Fprintf(&g, "anullsrc=r=48000:cl=stereo,aformat=sample_fmts=fltp,atrim=end_sample=%d[z%d];", max(start, 1), l)
		for i, p := range lane {
			end := s.samples
			if i+1 < len(lane) {
				end = lane[i+1].start
			}
			fmt.Fprintf(&g, "[%d:a:0]%s,apad=whole_len=%d,atrim=end_sample=%d,asetpts=N/SR/TB[s%d];", p.input, stereo, end-p.start, end-p.start, p.input)
		}
		fmt.Fprintf(&g, "[z%d]", l)
		for _, p := range lane {
			fmt.Fprintf(&g, "[s%d]", p.input)
		}
		fmt.Fprintf(&g, "concat=n=%d:v=0:a=1[lane%d];", len(lane)+1, l)
	}
	if len(lanes) == 0 {
		fmt.Fprintf(&g, "anullsrc=r=48000:cl=stereo,aformat=sample_fmts=fltp[lane0];")
	}
	for l := range max(len(lanes), 1) {
		fmt.Fprintf(&g, "[lane%d]", l)
	}
	if len(lanes) > 1 {
		fmt.Fprintf(&g, "amix=inputs=%d:normalize=0,", len(lanes))
	}
	fmt.Fprintf(&g, "apad=whole_len=%d,atrim=end_sample=%d[speech]", s.samples, s.samples)
	return g.String()
}

// musicGraph cuts the music to the film's length, as [music].
func (s *sound) musicGraph() string {
	return fmt.Sprintf("[%d:a:0]%s,apad=whole_len=%d,atrim=end_sample=%d[music]", len(s.speech), stereo, s.samples, s.samples)
}

// measureParts measures narration and music by themselves, so that the balance between them does not
// depend on how loud they came.
func (s *sound) measureParts(ctx context.Context) (narration, music loudness, err error) {
	graph := s.narrationGraph() + ";[speech]ebur128@narration=framelog=verbose[measured]"
	args := s.inputs()
	outputs := []string{"-map", "[measured]", "-f", "null", "-"}
	if s.music != nil {
		graph += ";" + s.musicGraph() + ";[music]ebur128@music=framelog=verbose[heard]"
		outputs = append(outputs, "-map", "[heard]", "-f", "null", "-")
	}
	args = append(append(args, "-filter_complex", graph), outputs...)
	out, err := s.run(ctx, args)
	if err != nil {
		return loudness{}, loudness{}, err
	}
	if narration, err = parseLoudness(out, "narration"); err == nil && s.music != nil {
		music, err = parseLoudness(out, "music")
	}
	return narration, music, err
}

// mix writes the mix and measures it.
func (s *sound) mix(ctx context.Context, narration, music loudness) (loudness, error) {
	level := func(l loudness, target float64) float64 {
		if l.silent() {
			return 0
		}
		return target - l.integrated
	}
	graph := s.narrationGraph() + fmt.Sprintf(";[speech]volume=%.3fdB", level(narration, narrationLUFS))
	if s.music == nil {
		graph += "[all]"
	} else {
		seconds := float64(s.samples) / sampleRate
		in, out := min(fadeIn, seconds/4), min(fadeOut, seconds/3)
		graph += fmt.Sprintf(",asplit[voice][key];%s;[music]volume=%.3fdB,afade=t=in:d=%.3f,afade=t=out:st=%.3f:d=%.3f[bed];",
			s.musicGraph(), level(music, musicLUFS), in, seconds-out, out)
		// Speech at -16 LUFS passes the threshold by some 12 dB. The slow release keeps the music
		// down between words and lets it rise in pauses.
		graph += "[bed][key]sidechaincompress=threshold=0.03:ratio=4:attack=60:release=650:knee=4:makeup=1[ducked];" +
			"[voice][ducked]amix=inputs=2:normalize=0:duration=first[all]"
	}
	graph += fmt.Sprintf(";[all]apad=whole_len=%d,atrim=end_sample=%d,ebur128@mix=framelog=verbose[out]", s.samples, s.samples)
	args := append(s.inputs(), "-filter_complex", graph, "-map", "[out]",
		"-map_metadata", "-1", "-fflags", "+bitexact", "-c:a", "pcm_s24le", "-f", "w64", "file:"+mixFile)
	out, err := s.run(ctx, args)
	if err != nil {
		return loudness{}, err
	}
	return parseLoudness(out, "mix")
}

// encode applies gain and limiter to the mix, encodes it and measures the result as it will be heard.
// The limiter works at four times the sample rate, so that it sees the peaks between samples.
func (s *sound) encode(ctx context.Context, gain, limit float64) (loudness, error) {
	chain := fmt.Sprintf("volume=%.3fdB,aresample=192000,alimiter=limit=%.5f:attack=4:release=80:level=0:latency=1,"+
		"aresample=48000,apad=whole_len=%d,atrim=end_sample=%d", gain, math.Pow(10, limit/20), s.samples, s.samples)
	args := append([]string{"-loglevel", "error"}, fromFile("w64", mixFile)...)
	args = append(args, "-af", chain, "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact",
		"-c:a", "aac", "-b:a", audioRate, "-ar", strconv.Itoa(sampleRate), "-ac", "2", "-f", "mp4", "file:"+soundFile)
	if _, err := s.run(ctx, args); err != nil {
		return loudness{}, err
	}
	args = append([]string{"-loglevel", "info"}, fromFile("mov", soundFile)...)
	args = append(args, "-map", "0:a:0", "-af", "ebur128@film=framelog=verbose:peak=true", "-f", "null", "-")
	out, err := s.run(ctx, args)
	if err != nil {
		return loudness{}, err
	}
	return parseLoudness(out, "film")
}

func (s *sound) run(ctx context.Context, args []string) ([]byte, error) {
	seconds := time.Duration(s.samples/sampleRate) * time.Second
	out, err := s.c.run(ctx, s.call, tool.Command{Args: args, Limit: 2*time.Minute + 2*seconds})
	return out.Stderr, err
}

var (
	integratedLine = regexp.MustCompile(`(?m)^\s+I:\s+(-?[0-9.]+|-?inf|nan) LUFS`)
	peakLine       = regexp.MustCompile(`(?m)^\s+Peak:\s+(-?[0-9.]+|-?inf|nan) dBFS`)
)

// parseLoudness reads the summary that the named ebur128 filter has written.
func parseLoudness(stderr []byte, name string) (loudness, error) {
	text := string(stderr)
	at := strings.LastIndex(text, "[ebur128@"+name+" ")
	if at < 0 {
		return loudness{}, providers.Errorf(providers.KindInternal, "ffmpeg did not say how loud the %s is", name)
	}
	text = text[at:]
	// Another filter's summary may follow.
	if next := strings.Index(text[1:], "[ebur128@"); next >= 0 {
		text = text[:next+1]
	}
	l := loudness{peak: math.Inf(-1)}
	m := integratedLine.FindStringSubmatch(text)
	if m == nil {
		return loudness{}, providers.Errorf(providers.KindInternal, "ffmpeg did not say how loud the %s is", name)
	}
	l.integrated = number(m[1])
	if m := peakLine.FindStringSubmatch(text); m != nil {
		l.peak = number(m[1])
	}
	return l, nil
}

// number reads what ffmpeg writes for a level; what is none counts as silence.
func number(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) {
		return math.Inf(-1)
	}
	return f
}

// workFile is the absolute path of a file in the call's work directory.
func workFile(call *providers.Call, name string) string { return filepath.Join(call.WorkDir, name) }

// samplesFor is how many samples last as long as the frames.
func samplesFor(frames, fps int) int64 {
	return int64(math.Round(float64(frames) * sampleRate / float64(fps)))
}

// placeSpeech orders the narrations by their beginning and finds how long each lasts.
func (c *compositor) placeSpeech(ctx context.Context, call *providers.Call, in film.AssembleInput) ([]placed, error) {
	total := samplesFor(in.Frames, in.FPS)
	var speech []placed
	for i, a := range in.Speech {
		if !(a.Start >= 0) || a.Start*sampleRate >= float64(total) {
			return nil, invalid("narration %d begins at %v seconds, which is not within the film", i+1, a.Start)
		}
		seconds, err := c.audioSeconds(ctx, call, a.Audio.Path)
		if err != nil {
			return nil, err
		}
		start := int64(math.Round(a.Start * sampleRate))
		speech = append(speech, placed{path: a.Audio.Path, start: start, end: start + int64(math.Ceil(seconds*sampleRate))})
	}
	sortByStart(speech)
	return speech, nil
}
