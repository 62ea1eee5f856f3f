package mp4

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// encode makes an H.264 segment with ffmpeg's test picture, or fails the test.
func encode(t testing.TB, name, size string, frames int, args ...string) *File {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".mp4")
	all := append([]string{
		"-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", fmt.Sprintf("testsrc2=size=%s:rate=30", size),
		"-frames:v", fmt.Sprint(frames), "-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p",
		"-x264-params", "stitchable=1:scenecut=0:open-gop=0", "-video_track_timescale", "15360",
	}, args...)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", append(all, path)...).CombinedOutput(); err != nil {
		t.Fatalf("these tests need ffmpeg with libx264: %v: %s", err, out)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func encodeSound(t testing.TB, seconds string) *File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sound.m4a")
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi",
		"-i", "sine=frequency=440:sample_rate=48000:duration="+seconds, "-ac", "2", "-c:a", "aac", path).CombinedOutput()
	if err != nil {
		t.Fatalf("these tests need ffmpeg: %v: %s", err, out)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// probe asks ffprobe for fields, one line for each packet, frame or stream.
func probe(t testing.TB, path string, args ...string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", append(append([]string{"-v", "error", "-of", "csv=p=0"}, args...), path)...).Output()
	if err != nil {
		t.Fatalf("ffprobe: %v", err)
	}
	return strings.Fields(string(out))
}

func write(t testing.TB, film Film) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "film.mp4")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), f, film); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestJoinedFramesFollowEachOtherExactly(t *testing.T) {
	segments := []*File{
		encode(t, "a", "64x96", 47), encode(t, "b", "64x96", 1), encode(t, "c", "64x96", 12, "-crf", "19"), encode(t, "d", "64x96", 60),
	}
	path := write(t, Film{FPS: 30, Segments: segments, Audio: encodeSound(t, "4.1"), Title: "Tëst", Language: "eng"})
	packets := probe(t, path, "-select_streams", "v:0", "-show_entries", "packet=dts")
	if len(packets) != 120 {
		t.Fatalf("there are %d packets, want 120", len(packets))
	}
	for i, dts := range packets {
		first := 0
		fmt.Sscan(packets[0], &first)
		if want := fmt.Sprint(first + 512*i); strings.Trim(dts, ",") != want {
			t.Fatalf("packet %d is decoded at tick %s, want %s", i, dts, want)
		}
	}
	frames := probe(t, path, "-select_streams", "v:0", "-show_entries", "frame=pts")
	for i, pts := range frames {
		if want := fmt.Sprint(512 * i); strings.Trim(pts, ",") != want {
			t.Fatalf("frame %d is shown at tick %s, want %s", i, pts, want)
		}
	}
	if len(frames) != 120 {
		t.Fatalf("%d frames are shown, want 120", len(frames))
	}
	// Sound begins at once, its priming hidden, and ends with the picture.
	sound := probe(t, path, "-select_streams", "a:0", "-show_entries", "stream=start_pts,duration")
	if got := strings.Join(sound, " "); got != "0,4.000000" {
		t.Errorf("the sound's start and length are %s, want 0,4.000000", got)
	}
}

// Joining must not change a picture: decoded one after the other, or joined, they are the same.
func TestJoinedPicturesAreUntouched(t *testing.T) {
	a, b := encode(t, "a", "64x96", 20), encode(t, "b", "64x96", 9, "-vf", "negate")
	hashes := func(path string) []string {
		out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-vsync", "passthrough", "-f", "framehash", "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for line := range strings.Lines(string(out)) {
			if fields := strings.Split(strings.TrimSpace(line), ","); len(fields) > 5 && line[0] != '#' {
				all = append(all, strings.TrimSpace(fields[5]))
			}
		}
		return all
	}
	want := append(hashes(a.r.(*os.File).Name()), hashes(b.r.(*os.File).Name())...)
	got := hashes(write(t, Film{FPS: 30, Segments: []*File{a, b}}))
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the joined film's %d pictures are not the segments' %d", len(got), len(want))
	}
}

func TestWriteRefusesSegmentsThatDoNotFit(t *testing.T) {
	good := encode(t, "good", "64x96", 5)
	for _, c := range []struct {
		name string
		film Film
		want string
	}{
		{"no segments", Film{FPS: 30}, "at least one segment"},
		{"no frame rate", Film{Segments: []*File{good}}, "at least one frame a second"},
		{"other size", Film{FPS: 30, Segments: []*File{good, encode(t, "x", "64x64", 5)}}, "segment 2 has 64×64 pixels, and segment 1 has 64×96"},
		{"other parameters", Film{FPS: 30, Segments: []*File{good, encode(t, "x", "64x96", 5, "-profile:v", "baseline")}}, "segment 2 is encoded with other parameters"},
		{"other rate", Film{FPS: 25, Segments: []*File{good}}, "segment 1: its pictures do not follow each other at 25 frames a second"},
		{"no picture", Film{FPS: 30, Segments: []*File{encodeSound(t, "1")}}, "segment 1 has no picture"},
		{"no sound", Film{FPS: 30, Segments: []*File{good}, Audio: good}, "no sound"},
		{"sound too short", Film{FPS: 30, Segments: []*File{encode(t, "x", "64x96", 60)}, Audio: encodeSound(t, "1")}, "the sound ends 1.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Write(t.Context(), io.Discard, c.film)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

// markup is what ffmpeg adds to text that it turns into SubRip.
var markup = regexp.MustCompile("<[^>]*>|\r")

func TestTextTracksAndMetadataAreReadByOthers(t *testing.T) {
	path := write(t, Film{
		FPS: 30, Segments: []*File{encode(t, "a", "64x96", 90)},
		Texts: []Text{{Language: "deu", Cues: []Cue{{0.5, 1.2, "Grüße"}, {1.2, 2, "zwei\nZeilen"}}}},
		Title: "Über; 'quotes' \"\n", Description: "{\\an8} <b>",
	})
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-map", "0:s:0", "-f", "srt", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := "1\n00:00:00,500 --> 00:00:01,200\nGrüße\n\n2\n00:00:01,200 --> 00:00:02,000\nzwei\nZeilen\n\n"
	if got := markup.ReplaceAllString(string(out), ""); got != want {
		t.Errorf("the track reads %q, want %q", got, want)
	}
	tags := strings.Join(probe(t, path, "-show_entries", "format_tags=title,description"), " ")
	if !strings.Contains(tags, "Über; 'quotes'") || !strings.Contains(tags, "{\\an8}") {
		t.Errorf("the metadata reads %s", tags)
	}
}

// zeros is a source of that many samples that takes no room.
type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }

// A film of more than 4 GiB needs wide offsets and a wide size; its head is checked without the body.
func TestLongFilmsGetWideOffsets(t *testing.T) {
	video := encode(t, "a", "64x96", 30)
	picture, err := joinVideo(Film{FPS: 30, Segments: []*File{video}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range picture.samples {
		picture.samples[i].size, picture.samples[i].from = 200<<20, zeros{}
	}
	tracks := []*outTrack{picture}
	m := interleave(tracks)
	head := header(Film{FPS: 30}, tracks, m)
	if !m.wide {
		t.Fatal("6 GB fit into narrow offsets")
	}
	size := int64(len(head)) + m.size
	got, err := Read(&virtual{head, size}, size)
	if err != nil {
		t.Fatal(err)
	}
	samples := got.Tracks[0].Samples
	at := int64(len(head))
	for i, s := range samples {
		if s.Offset != at || s.Size != 200<<20 {
			t.Fatalf("sample %d lies at %d with %d bytes, want at %d", i, s.Offset, s.Size, at)
		}
		at += int64(s.Size)
	}
	if len(samples) != 30 || at != size {
		t.Errorf("%d samples end at %d, want 30 at %d", len(samples), at, size)
	}
}

// A virtual file has a head and then zeros.
type virtual struct {
	head []byte
	size int64
}

func (v *virtual) ReadAt(p []byte, at int64) (int, error) {
	clear(p)
	if at < int64(len(v.head)) {
		copy(p, v.head[at:])
	}
	return len(p), nil
}

func TestAFailedWriteIsReported(t *testing.T) {
	full := errors.New("no room")
	err := Write(t.Context(), failing{full}, Film{FPS: 30, Segments: []*File{encode(t, "a", "64x96", 5)}})
	if !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestReadNamesWhatIsMalformed(t *testing.T) {
	whole, err := os.ReadFile(encode(t, "a", "64x96", 20).r.(*os.File).Name())
	if err != nil {
		t.Fatal(err)
	}
	// patch overwrites bytes at a distance from a box's name.
	patch := func(kind string, after int, with ...byte) []byte {
		b := bytes.Clone(whole)
		at := bytes.Index(b, []byte(kind))
		if at < 0 {
			t.Fatalf("there is no %s", kind)
		}
		copy(b[at+4+after:], with)
		return b
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "no movie box"},
		{"cut in the middle", whole[:len(whole)/2], "the file has"},
		{"a track without tables", patch("stbl", -4, 'x', 'x', 'x', 'x'), `box "stbl" is missing`},
		{"a box larger than its parent", patch("stbl", -8, 0x7f), `says it has`},
		{"too many sizes", patch("stsz", 8, 0x7f), `box "stsz" says there are`},
		{"too many times", patch("stts", 8, 0x7f), `box "stts" covers more than the 20 samples`},
		{"too few times", patch("stts", 8, 0, 0, 0, 1), `box "stts" covers 1 of 20 samples`},
		{"no ticks", patch("mdhd", 12, 0, 0, 0, 0), `a second has no ticks`},
		{"a chunk beyond the end", patch("stco", 8, 0x7f), `beyond the end of the file`},
		{"a sync sample that is not there", patch("stss", 8, 0x7f), `box "stss" names sample`},
		{"chunks that are not described", patch("stsc", 8, 0, 0, 0, 9), `does not say how many samples`},
		{"no chunk", patch("stco", 4, 0, 0, 0, 0), `places 0 of 20 samples`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(bytes.NewReader(c.data), int64(len(c.data)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, file := range []*File{encode(f, "a", "32x32", 3), encodeSound(f, "0.1")} {
		data, err := os.ReadFile(file.r.(*os.File).Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for _, track := range file.Tracks {
			for _, s := range track.Samples {
				if s.Offset < 0 || s.Offset+int64(s.Size) > int64(len(data)) {
					t.Fatalf("a sample lies at %d to %d of %d", s.Offset, s.Offset+int64(s.Size), len(data))
				}
			}
		}
		// Whatever was read can be refused, but not crash.
		_ = Write(t.Context(), io.Discard, Film{FPS: 30, Segments: []*File{file}, Audio: file})
	})
}
