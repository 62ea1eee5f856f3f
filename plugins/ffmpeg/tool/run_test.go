package tool

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "run-and-wait" {
		// The parent that is killed in TestAProgramDiesWithThisProcess.
		_, _ = Run(context.Background(), Command{
			Path: "/bin/sh", Args: []string{"-c", "echo $$; exec sleep 60"},
			Stdout: func(r io.Reader) error { _, err := io.Copy(os.Stdout, r); return err },
		})
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func shell(script string) Command {
	return Command{Path: "/bin/sh", Args: []string{"-c", script}, Limit: time.Minute}
}

func TestRunGivesWhatAProgramWrites(t *testing.T) {
	out, err := Run(t.Context(), shell("echo out; echo err >&2"))
	if err != nil || string(out.Stdout) != "out\n" || string(out.Stderr) != "err\n" {
		t.Errorf("got %q, %q, %v", out.Stdout, out.Stderr, err)
	}
}

func TestAFailureCarriesTheLastLines(t *testing.T) {
	_, err := Run(t.Context(), shell("for i in 1 2 3 4 5 6 7 8; do echo line $i >&2; done; exit 3"))
	var exit *ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("got %v", err)
	}
	if want := "line 3 / line 4 / line 5 / line 6 / line 7 / line 8"; exit.Tail != want {
		t.Errorf("the tail is %q, want %q", exit.Tail, want)
	}
	if want := "sh failed (exit status 3): line 3"; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("the error is %q, want %q…", err, want)
	}
}

func TestAProgramInheritsNoSecret(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "sk-secret")
	out, err := Run(t.Context(), Command{Path: "/usr/bin/env", Env: []string{"FONTCONFIG_FILE=fonts.conf"}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out.Stdout), "secret") {
		t.Errorf("the environment holds the secret: %s", out.Stdout)
	}
	if !strings.Contains(string(out.Stdout), "FONTCONFIG_FILE=fonts.conf\n") {
		t.Errorf("the environment lacks what was added: %s", out.Stdout)
	}
}

func TestCancellingKills(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	go func() { <-started; cancel() }()
	begin := time.Now()
	_, err := Run(ctx, Command{
		Path: "/bin/sh", Args: []string{"-c", "echo go; exec sleep 60"},
		Stdout: func(r io.Reader) error {
			_, err := io.ReadFull(r, make([]byte, 3))
			close(started)
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, r)
			return err
		},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if d := time.Since(begin); d > 10*time.Second {
		t.Errorf("it took %v", d)
	}
}

// The feeder waits for room in the pipe when the program is killed; it must wake up.
func TestCancellingWakesTheFeeder(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, Command{
		Path: "/bin/sleep", Args: []string{"60"},
		Feed: func(_ context.Context, w *os.File) error {
			go cancel()
			for {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return err
				}
			}
		},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAProgramThatTakesTooLongIsEnded(t *testing.T) {
	c := shell("echo waiting >&2; exec sleep 60")
	c.Limit = 300 * time.Millisecond
	_, err := Run(t.Context(), c)
	var exit *ExitError
	if !errors.As(err, &exit) || !strings.Contains(err.Error(), "longer than 300ms") {
		t.Errorf("got %v", err)
	}
}

func TestFeedingAndReading(t *testing.T) {
	var got string
	_, err := Run(t.Context(), Command{
		Path: "/bin/cat",
		Feed: func(_ context.Context, w *os.File) error { _, err := w.WriteString("through"); return err },
		Stdout: func(r io.Reader) error {
			b, err := io.ReadAll(r)
			got = string(b)
			return err
		},
	})
	if err != nil || got != "through" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestTheFeedersErrorIsReported(t *testing.T) {
	broken := errors.New("the picture is broken")
	_, err := Run(t.Context(), Command{Path: "/bin/cat", Feed: func(context.Context, *os.File) error { return broken }})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestTheProgramsErrorCountsMoreThanTheBrokenPipe(t *testing.T) {
	c := shell("echo no such codec >&2; exit 1")
	c.Feed = func(_ context.Context, w *os.File) error {
		for {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return err
			}
		}
	}
	if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "no such codec") {
		t.Errorf("got %v", err)
	}
}

func TestAMissingProgram(t *testing.T) {
	_, err := Run(t.Context(), Command{Path: "/nowhere/ffmpeg", Feed: func(context.Context, *os.File) error { return nil }})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestLongOutputKeepsItsEnd(t *testing.T) {
	out, err := Run(t.Context(), shell("i=0; while [ $i -lt 60000 ]; do echo 0123456789012345678901234567890123456789012345678901234567890; i=$((i+1)); done; echo end"))
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Stdout) > tailSize || !strings.HasSuffix(string(out.Stdout), "\nend\n") {
		t.Errorf("kept %d bytes", len(out.Stdout))
	}
}
