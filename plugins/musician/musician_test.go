package musician

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// composed is a piece's file and its samples.
type composed struct {
	film.Music
	path        string
	left, right []float64
}

func music(t testing.TB, genre string, seconds float64, seed int64) composed {
	t.Helper()
	raw, err := json.Marshal(film.MusicInput{Genre: genre, Seconds: seconds, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	result, err := New().Execute(t.Context(), &providers.Call{Capability: film.MusicCompose.Name, Input: raw, WorkDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	var c composed
	if err := json.Unmarshal(result.Output, &c.Music); err != nil {
		t.Fatal(err)
	}
	c.path = c.Audio.Path
	if !filepath.IsAbs(c.path) {
		c.path = filepath.Join(dir, c.path)
	}
	data, err := os.ReadFile(c.path)
	if err != nil {
		t.Fatal(err)
	}
	if string(data[:4]) != "RIFF" || binary.LittleEndian.Uint32(data[24:]) != 48000 || binary.LittleEndian.Uint32(data[40:]) != uint32(len(data)-44) {
		t.Fatalf("not a WAV file of 48 kHz: % x", data[:44])
	}
	for i := 44; i+4 <= len(data); i += 4 {
		c.left = append(c.left, float64(int16(binary.LittleEndian.Uint16(data[i:])))/32768)
		c.right = append(c.right, float64(int16(binary.LittleEndian.Uint16(data[i+2:])))/32768)
	}
	if left, _ := os.ReadDir(filepath.Dir(c.path)); len(left) != 1 {
		t.Errorf("beside the music there is %v", left)
	}
	return c
}

const (
	sample     = 24.0 // seconds
	sampleSeed = 5
)

var samples = map[string]composed{}

// played24 is a piece of each genre that the tests share; its file is gone.
func played24(t *testing.T, genre string) composed {
	t.Helper()
	if _, ok := samples[genre]; !ok {
		samples[genre] = music(t, genre, sample, sampleSeed)
	}
	return samples[genre]
}

func names() []string {
	return strings.Split(film.Genres, ",")
}

func TestEveryGenreOfTheContractIsPlayed(t *testing.T) {
	for _, g := range names() {
		if _, ok := genres[g]; !ok {
			t.Errorf("no genre %s", g)
		}
	}
	if len(genres) != len(names()) {
		t.Errorf("%d genres, the contract has %d", len(genres), len(names()))
	}
}

func TestTheLengthIsExactToTheSampleAndEndsInSilence(t *testing.T) {
	for i, seconds := range []float64{1, 1.37, 3, 7.00001, 20.5, 61.234} {
		g := []string{"epic", "calm", "romantic", "playful"}[i%4]
		m := music(t, g, seconds, int64(i))
		if want := int(math.Round(seconds * 48000)); len(m.left) != want || m.Seconds != float64(want)/48000 {
			t.Errorf("%s of %g s: %d samples, want %d, and says %g s", g, seconds, len(m.left), want, m.Seconds)
		}
		end := m.left[len(m.left)-240:] // five milliseconds
		for _, v := range end {
			if math.Abs(v) > .002 {
				t.Errorf("%s of %g s ends with a sample of %g", g, seconds, v)
				break
			}
		}
		if first := m.left[0]; math.Abs(first) > .02 {
			t.Errorf("%s of %g s begins with a sample of %g", g, seconds, first)
		}
	}
}

var (
	integrated = regexp.MustCompile(`I: +(-?[0-9.]+) LUFS`)
	truePeak   = regexp.MustCompile(`Peak: +(-?[0-9.]+) dBFS`)
)

// ebur128 measures with ffmpeg, whose meter is not ours.
func ebur128(t *testing.T, path string) (loudness, peak float64) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-nostats", "-hide_banner", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	last := func(r *regexp.Regexp) float64 {
		all := r.FindAllSubmatch(out, -1)
		v, err := strconv.ParseFloat(string(all[len(all)-1][1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	return last(integrated), last(truePeak)
}

func TestLoudnessSitsUnderANarrator(t *testing.T) {
	for _, g := range names() {
		for _, seconds := range []float64{6, 24} {
			m := music(t, g, seconds, 5)
			loudness, peak := ebur128(t, m.path)
			if loudness < -21 || loudness > -19 {
				t.Errorf("%s of %g s: %g LUFS, want -20 ±1", g, seconds, loudness)
			}
			if peak > -3 {
				t.Errorf("%s of %g s: true peak %g dBTP, above -3", g, seconds, peak)
			}
		}
	}
}

func TestTheSameInputGivesTheSameBytesAndAnotherSeedAnotherPiece(t *testing.T) {
	for _, g := range names() {
		a, b, c := music(t, g, 5, 1), music(t, g, 5, 1), music(t, g, 5, 2)
		if !equal(a.left, b.left) || !equal(a.right, b.right) {
			t.Errorf("%s: other samples the second time", g)
		}
		if equal(a.left, c.left) {
			t.Errorf("%s: another seed gives the same", g)
		}
	}
}

func equal(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// An onset is a tenth of a second that is clearly louder than the one before.
func onsets(m composed) float64 {
	const n = 2400
	last, count := 0.0, 0.0
	for i := 0; i+n <= len(m.left); i += n {
		e := 0.0
		for k := i; k < i+n; k++ {
			d := m.left[k] - m.left[max(k-1, 0)]
			e += d * d
		}
		if e > 2*last && e > 1e-4 {
			count++
		}
		last = e
	}
	return count / m.Seconds
}

func TestLivelyGenresHaveMoreNotesThanQuietOnes(t *testing.T) {
	rate := map[string]float64{}
	for _, g := range []string{"upbeat", "playful", "calm", "suspense"} {
		rate[g] = onsets(music(t, g, 20, 3))
	}
	for _, lively := range []string{"upbeat", "playful"} {
		for _, quiet := range []string{"calm", "suspense"} {
			if rate[lively] < 1.2*rate[quiet] {
				t.Errorf("onsets a second: %v", rate)
			}
		}
	}
}

func TestAPieceBuildsUp(t *testing.T) {
	for _, g := range []string{"epic", "calm", "upbeat"} {
		m := music(t, g, 60, 8)
		power := func(from, to float64) (e float64) {
			a, b := int(from*float64(len(m.left))), int(to*float64(len(m.left)))
			for _, v := range m.left[a:b] {
				e += v * v / float64(b-a)
			}
			return e
		}
		if first, height := power(0, .1), power(.75, .88); height < 1.3*first {
			t.Errorf("%s: the height is %.1f dB above the beginning", g, 10*math.Log10(height/first))
		}
	}
}

// A click is a jump that no instrument makes: from one sample to the next by more than three
// tenths of full scale.
func TestNothingClicksAndNothingDrifts(t *testing.T) {
	for _, g := range names() {
		m, seed := played24(t, g), sampleSeed
		for _, side := range [][]float64{m.left, m.right} {
			sum := 0.0
			for i, v := range side {
				sum += v
				if i > 0 && math.Abs(v-side[i-1]) > .3 {
					t.Fatalf("%s, seed %d: a jump of %g at %.3f s", g, seed, v-side[i-1], float64(i)/48000)
				}
			}
			if dc := sum / float64(len(side)); math.Abs(dc) > .001 {
				t.Errorf("%s, seed %d: an offset of %g", g, seed, dc)
			}
		}
		if equal(m.left, m.right) {
			t.Errorf("%s is not stereo", g)
		}
	}
}

func TestWrongInputIsRefusedInOneSentence(t *testing.T) {
	for _, in := range []film.MusicInput{
		{Genre: "polka", Seconds: 10},
		{Genre: "calm", Seconds: .9},
		{Genre: "calm", Seconds: 1200.1},
		{Genre: "calm", Seconds: math.NaN()},
	} {
		_, err := serve(t.Context(), &providers.Call{WorkDir: t.TempDir()}, in)
		if e := providers.AsError(err); e == nil || e.Kind != providers.KindInvalidInput || e.User == "" {
			t.Errorf("%+v: %v", in, err)
		}
	}
}

// stopping is a reporter that cancels at the first sign of progress.
type stopping struct {
	providers.Reporter
	cancel context.CancelFunc
	last   float64
}

func (s *stopping) Progress(done float64, _ string) {
	s.last = done
	s.cancel()
}

func TestACancelledCallStopsAndLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dir, reporter := t.TempDir(), &stopping{cancel: cancel}
	_, err := serve(ctx, &providers.Call{WorkDir: dir, Report: reporter}, film.MusicInput{Genre: "playful", Seconds: 300})
	if !errors.Is(err, context.Canceled) || reporter.last > .2 {
		t.Errorf("%v after %.0f %%", err, 100*reporter.last)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

// asked is a context that counts how often it is asked whether it has ended, and ends after so many.
type asked struct {
	context.Context
	times, ends int
}

func (a *asked) Err() error {
	if a.times++; a.ends > 0 && a.times > a.ends {
		return context.Canceled
	}
	return nil
}

func TestACancelledCallStopsAtOnceInBothPasses(t *testing.T) {
	const seconds = 6
	input := film.MusicInput{Genre: "calm", Seconds: seconds}
	ctx := &asked{Context: t.Context()}
	if _, err := serve(ctx, &providers.Call{WorkDir: t.TempDir()}, input); err != nil {
		t.Fatal(err)
	}
	// A block is a fiftieth of a second of music, and takes about a millisecond.
	blocks := seconds * 48000 / block
	if ctx.times < 2*blocks {
		t.Errorf("asked %d times whether to stop, want once a block and pass, %d times", ctx.times, 2*blocks)
	}
	for _, ends := range []int{1, blocks / 2, blocks + 10, 2*blocks - 10} {
		dir := t.TempDir()
		ctx := &asked{Context: t.Context(), ends: ends}
		if _, err := serve(ctx, &providers.Call{WorkDir: dir}, input); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled after %d blocks: %v", ends, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("cancelled after %d blocks: %v is left", ends, left)
		}
	}
}

// told keeps what is reported.
type told struct {
	providers.Reporter
	done []float64
}

func (r *told) Progress(done float64, _ string) { r.done = append(r.done, done) }

func TestProgressGrowsToOne(t *testing.T) {
	r := &told{}
	if _, err := serve(t.Context(), &providers.Call{WorkDir: t.TempDir(), Report: r}, film.MusicInput{Genre: "calm", Seconds: 10}); err != nil {
		t.Fatal(err)
	}
	if len(r.done) < 10 || len(r.done) > 25 || !slices.IsSorted(r.done) || r.done[len(r.done)-1] != 1 {
		t.Errorf("reported %v", r.done)
	}
}

func TestAnUnwritablePlaceIsAnError(t *testing.T) {
	_, err := serve(t.Context(), &providers.Call{WorkDir: filepath.Join(t.TempDir(), "missing")}, film.MusicInput{Genre: "calm", Seconds: 2})
	if e := providers.AsError(err); e == nil || e.Kind != providers.KindInternal {
		t.Errorf("%v", err)
	}
}

func BenchmarkMinute(b *testing.B) {
	for name, g := range genres {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			for b.Loop() {
				if _, err := record(b.Context(), filepath.Join(dir, "m.wav"), newMixer(compose(g, 60, 1), 1), func(float64) {}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
