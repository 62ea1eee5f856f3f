package engine_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

// childEnv makes the test binary a process that does one run and, when the variable says so, kills
// itself inside a call.
const childEnv = "FILMLOOM_TEST_CHILD"

// childMain does the run: FILMLOOM_TEST_CHILD is "DIR ADDRESS", the data directory and the call in
// which the process is killed, or "-"; or it is an order.
func childMain() {
	what := os.Getenv(childEnv)
	if strings.HasPrefix(what, "{") {
		orderedMain(what)
		return
	}
	dir, victim, _ := strings.Cut(what, " ")
	shop := &workshop{vary: true}
	log, err := os.OpenFile(filepath.Join(dir, "calls.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	shop.onMake = func(_ context.Context, call *providers.Call, _ makeIn) error {
		fmt.Fprintln(log, call.Address)
		if call.Address == victim {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	}
	eng, err := engine.Open(context.Background(), config(filepath.Join(dir, "data"), joined, shop))
	if err != nil {
		panic(err)
	}
	run, err := eng.Start(context.Background(), "joined", nil, engine.StartOptions{ID: "run"})
	if err == nil {
		run, err = eng.Resume(context.Background(), run.ID)
	}
	if err != nil {
		panic(err)
	}
	out, err := run.Wait(context.Background())
	if err != nil {
		panic(err)
	}
	var text string
	if err := out.Decode("text", &text); err != nil {
		panic(err)
	}
	fmt.Println(text)
	if err := eng.Close(); err != nil {
		panic(err)
	}
}

func child(t *testing.T, dir, victim string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childEnv+"="+dir+" "+victim)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && !strings.Contains(err.Error(), "killed") {
		t.Log(stderr.String())
	}
	return strings.TrimSpace(string(out)), err
}

func logged(t *testing.T, dir string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "calls.log"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(b))
}

// A process that is killed inside any of the calls leaves a run that the next process completes,
// without a second call of what the journal had as done.
func TestKillInsideACallLosesNothing(t *testing.T) {
	for i := range 3 {
		victim := fmt.Sprintf("made[%q]", fmt.Sprintf("item-%02d", i))
		t.Run(victim, func(t *testing.T) {
			dir := t.TempDir()
			if out, err := child(t, dir, victim); err == nil {
				t.Fatalf("the process was not killed: %s", out)
			}
			var done []string
			eng, err := engine.Open(t.Context(), config(filepath.Join(dir, "data"), joined, &workshop{vary: true}))
			if err != nil {
				t.Fatal(err)
			}
			run, err := eng.Run(t.Context(), "run")
			if err != nil {
				t.Fatal(err)
			}
			for ev := range run.Events(t.Context()) {
				if ev.Kind == engine.InstanceDone && strings.HasPrefix(ev.Address, "made") {
					done = append(done, ev.Address)
				}
			}
			if err := eng.Close(); err != nil {
				t.Fatal(err)
			}
			before := len(logged(t, dir))
			out, err := child(t, dir, "-")
			if err != nil {
				t.Fatal(err)
			}
			if want := "text 0 by shop|text 1 by shop|text 2 by shop"; out != want {
				t.Errorf("the resumed run gave %q, want %q", out, want)
			}
			again := logged(t, dir)[before:]
			if !slices.Contains(again, victim) {
				t.Errorf("the interrupted call was not made again: %v", again)
			}
			for _, address := range done {
				if slices.Contains(again, address) {
					t.Errorf("%s was done before the crash and was called again", address)
				}
			}
		})
	}
}
