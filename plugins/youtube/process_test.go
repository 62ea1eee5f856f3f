package youtube_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/providertest"
)

// hostEnv makes a process of this test a host that is going to be killed.
const hostEnv = "FILMLOOM_YOUTUBE_TEST_HOST"

func TestMain(m *testing.M) {
	builtin.Main()
	providertest.HostMain()
	if text := os.Getenv(hostEnv); text != "" {
		host(text)
	}
	goleak.VerifyTestMain(m)
}

const small = `
provider "youtube" {
  upload_url = env.UPLOAD_URL
  state_dir  = env.STATE_DIR
  chunk_kib  = 256
}

pipeline "publish" {
  input "film" {
    type = file
  }
  input "account" {
    type    = string
    default = "ada"
  }
  stage "upload" {
    uses    = "video.publish"
    with    = { video = input.film, title = "The Lamp" }
    secrets = { token = "youtube:${input.account}" }
    retry {
      attempts = 5
      delay    = "1ms"
    }
  }
  output "url" { value = stage.upload.url }
}
`

// A setting is what an engine of these tests needs; it travels to other processes.
type setting struct {
	Dir, State, Upload, Film, Token string
}

func (s setting) config(src providers.Source) engine.Config {
	return engine.Config{
		Dir: s.Dir, Source: pipeline.Source{"publish.hcl": []byte(small)}, Providers: src,
		Env: func(name string) (string, bool) {
			v := map[string]string{"UPLOAD_URL": s.Upload, "STATE_DIR": s.State}[name]
			return v, v != ""
		},
		Secrets: func(_ context.Context, reference string) (string, error) {
			if reference != "youtube:ada" {
				return "", fmt.Errorf("the reference is %q", reference)
			}
			return s.Token, nil
		},
	}
}

func newSetting(t *testing.T, vendor *youtubetest.Server, size int) setting {
	t.Helper()
	raw := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(raw)
	film := filepath.Join(t.TempDir(), "film.mp4")
	if err := os.WriteFile(film, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return setting{
		Dir: filepath.Join(t.TempDir(), "data"), State: filepath.Join(t.TempDir(), "state"), Upload: vendor.UploadURL(),
		Film: film, Token: vendor.Token(youtubetest.ScopeUpload),
	}
}

func opened(t *testing.T, conf engine.Config) *engine.Engine {
	t.Helper()
	eng, err := engine.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Error(err)
		}
	})
	return eng
}

func publish(ctx context.Context, eng *engine.Engine, s setting) (*engine.Run, error) {
	return eng.Start(ctx, "publish", engine.Inputs{"film": engine.LocalFile(s.Film)}, engine.StartOptions{ID: "run"})
}

// uploadedOnce checks that a run's result is the only video, whole.
func uploadedOnce(t *testing.T, vendor *youtubetest.Server, run *engine.Run, size int64) {
	t.Helper()
	out, err := run.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var url string
	if err := out.Decode("url", &url); err != nil {
		t.Fatal(err)
	}
	videos := vendor.Videos()
	if len(videos) != 1 || videos[0].Size != size || url != "https://youtu.be/"+videos[0].ID || vendor.Requests(youtubetest.Begin) != 1 {
		t.Errorf("%s of the videos %+v, begun %d times", url, videos, vendor.Requests(youtubetest.Begin))
	}
}

const size = 6*256<<10 + 77

// heldAt keeps the n-th piece waiting after some bytes of it were taken, and tells when that is so.
func heldAt(vendor *youtubetest.Server, n int, keep int64) (there chan struct{}) {
	there = make(chan struct{})
	vendor.Interfere(func(r youtubetest.Request) *youtubetest.Fault {
		if r.Kind != youtubetest.Piece || r.N != n {
			return nil
		}
		close(there)
		return &youtubetest.Fault{Keep: keep, Hold: make(chan struct{})}
	})
	return there
}

// The next process goes on at the byte where the vendor is. Each byte is taken once: the vendor sees to that.
func TestAPluginThatIsKilledGoesOnWhereItWas(t *testing.T) {
	for name, row := range map[string]struct {
		piece  int
		keep   int64
		pieces int
	}{
		"in the middle":          {4, 100_000, 7},
		"within the last piece":  {7, 10, 8},
		"before the last answer": {7, youtubetest.All, 7},
	} {
		t.Run(name, func(t *testing.T) {
			vendor := youtubetest.New(t)
			s := newSetting(t, vendor, size)
			there := heldAt(vendor, row.piece, row.keep)
			eng := opened(t, s.config(builtin.Plugins()))
			run, err := publish(t.Context(), eng, s)
			if err != nil {
				t.Fatal(err)
			}
			<-there
			var pid int
			for _, p := range eng.Plugins() {
				if p.Provider == "youtube" {
					pid = p.PID
				}
			}
			if pid == 0 || pid == os.Getpid() {
				t.Fatalf("the plugin's process is %d", pid)
			}
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			uploadedOnce(t, vendor, run, size)
			if n := vendor.Requests(youtubetest.Piece); n != row.pieces {
				t.Errorf("%d pieces were sent", n)
			}
			failed := 0
			for ev := range run.Events(t.Context()) {
				if ev.Kind == engine.AttemptFailed && ev.Error.Kind == providers.KindCrashed {
					failed++
				}
			}
			if failed != 1 {
				t.Errorf("%d attempts crashed", failed)
			}
		})
	}
}

// host is a process that begins an upload and never ends by itself.
func host(text string) {
	must := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	var s setting
	must(json.Unmarshal([]byte(text), &s))
	eng, err := engine.Open(context.Background(), s.config(builtin.InProcess()))
	must(err)
	run, err := publish(context.Background(), eng, s)
	must(err)
	_, err = run.Wait(context.Background())
	must(errors.Join(err, errors.New("the run has ended")))
}

// After a kill -9 of the server, the journal's checkpoint alone is enough: the notes of the plugin may be gone,
// as those of a container are.
func TestAHostThatIsKilledGoesOnWhereItWas(t *testing.T) {
	for name, row := range map[string]struct {
		piece int
		keep  int64
	}{"in the middle": {4, 100_000}, "before the last answer": {7, youtubetest.All}} {
		t.Run(name, func(t *testing.T) {
			vendor := youtubetest.New(t)
			s := newSetting(t, vendor, size)
			there := heldAt(vendor, row.piece, row.keep)
			told, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), hostEnv+"="+string(told))
			stderr, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				for line := bufio.NewScanner(stderr); line.Scan(); {
					t.Errorf("the host says: %s", line.Text())
				}
			})
			<-there
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			wg.Wait()
			_ = cmd.Wait() // it was killed
			s.State = filepath.Join(t.TempDir(), "new")
			vendor.Expire(s.Token)
			s.Token = vendor.Renew(s.Token)
			conf := s.config(builtin.InProcess())
			conf.Resume = true
			eng := opened(t, conf)
			run, err := eng.Run(t.Context(), "run")
			if err != nil {
				t.Fatal(err)
			}
			uploadedOnce(t, vendor, run, size)
		})
	}
}

func TestAnExpiredTokenIsReplacedInTheSameRun(t *testing.T) {
	vendor := youtubetest.New(t)
	s := newSetting(t, vendor, size)
	conf := s.config(builtin.InProcess())
	var asked atomic.Int32
	conf.Secrets = func(context.Context, string) (string, error) {
		asked.Add(1)
		return vendor.Renew(s.Token), nil
	}
	vendor.Interfere(func(r youtubetest.Request) *youtubetest.Fault {
		if r.Kind == youtubetest.Piece && (r.N == 3 || r.N == 6) {
			vendor.Expire()
		}
		return nil
	})
	eng := opened(t, conf)
	run, err := publish(t.Context(), eng, s)
	if err != nil {
		t.Fatal(err)
	}
	uploadedOnce(t, vendor, run, size)
	if asked.Load() != 3 {
		t.Errorf("%d tokens were asked for", asked.Load())
	}
}

func TestTheTokenIsNowhereInTheJournalsFiles(t *testing.T) {
	vendor := youtubetest.New(t)
	s := newSetting(t, vendor, size)
	vendor.Interfere(func(r youtubetest.Request) *youtubetest.Fault {
		if r.Kind == youtubetest.Piece && r.N == 2 {
			return &youtubetest.Fault{Status: 503, Body: "busy with " + s.Token}
		}
		return nil
	})
	eng := opened(t, s.config(builtin.InProcess()))
	run, err := publish(t.Context(), eng, s)
	if err != nil {
		t.Fatal(err)
	}
	uploadedOnce(t, vendor, run, size)
	found := false
	for _, dir := range []string{filepath.Join(s.Dir, "journal"), s.State} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			found = found || strings.Contains(string(raw), "publish.hcl")
			if strings.Contains(string(raw), s.Token) {
				t.Errorf("the token is in %s", f.Name())
			}
		}
	}
	if !found {
		t.Error("the journal was read wrongly")
	}
}
