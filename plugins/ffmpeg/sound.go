package ffmpeg

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
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
	l := levels{limit: limiterDB, answer: 1}
	if !mixed.silent() {
		l.gain = targetLUFS - mixed.integrated
	}
	// Trials show what the limiter does to the loudness at a fifth of what encoding costs.
	for range trials {
		got, err := s.try(ctx, l)
		if err != nil {
			return loudness{}, err
		}
		if l.reached(got) {
			break
		}
		l.correct(got)
	}
	s.call.Progress(0.5, "encoding sound")
	var got loudness
	for range encodings {
		if got, err = s.encode(ctx, l); err != nil {
			return loudness{}, err
		}
		if l.reached(got) {
			break
		}
		l.correct(got)
	}
	if got.peak > ceilingDB {
		return loudness{}, providers.Errorf(providers.KindInternal, "the sound's true peak stays at %.1f dBTP; at most %.1f is allowed", got.peak, ceilingDB)
	}
	return got, nil
}

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

// chain applies gain and limiter. The limiter works at four times the sample rate, so that it sees
// the peaks between samples.
func (s *sound) chain(l levels) string {
	return fmt.Sprintf("volume=%.3fdB,aresample=192000,alimiter=limit=%.5f:attack=4:release=80:level=0:latency=1,"+
		"aresample=48000,apad=whole_len=%d,atrim=end_sample=%d", l.gain, math.Pow(10, l.limit/20), s.samples, s.samples)
}

// try measures what the mix would be with the levels.
func (s *sound) try(ctx context.Context, l levels) (loudness, error) {
	args := append([]string{"-loglevel", "info"}, fromFile("w64", mixFile)...)
	args = append(args, "-af", s.chain(l)+",ebur128@trial=framelog=verbose:peak=true", "-f", "null", "-")
	out, err := s.run(ctx, args)
	if err != nil {
		return loudness{}, err
	}
	return parseLoudness(out, "trial")
}

// encode encodes the mix with the levels and measures the result as it will be heard.
func (s *sound) encode(ctx context.Context, l levels) (loudness, error) {
	args := append([]string{"-loglevel", "error"}, fromFile("w64", mixFile)...)
	args = append(args, "-af", s.chain(l), "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact",
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
