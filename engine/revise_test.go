package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/providers"
)

// since gives what was called after the first n calls.
func (w *workshop) since(n int) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	later := slices.Clone(w.calls[n:])
	slices.Sort(later)
	return later
}

func revise(t *testing.T, eng *engine.Engine, parent string, rev engine.Revision) *engine.Run {
	t.Helper()
	run, err := eng.Revise(t.Context(), parent, rev)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestANewTakeMakesItsCallAndWhatDependsOnItAgain(t *testing.T) {
	shop := &workshop{}
	eng := open(t, config(t.TempDir(), joined, shop))
	first := start(t, eng, nil)
	wait(t, first)
	n := len(shop.made())
	const address = `made["item-01"]`
	second := revise(t, eng, first.ID, engine.Revision{Takes: map[string]int{address: 0}})
	wait(t, second)
	// The second take is the same text with another seed: the same bytes, so that nothing after it changes.
	if got := shop.since(n); !slices.Equal(got, []string{address}) {
		t.Errorf("calls of the revision: %v", got)
	}
	if second.Lineage != first.ID || second.Parent != first.ID || second.Seed() != first.Seed() {
		t.Errorf("lineage %s, parent %s", second.Lineage, second.Parent)
	}
	takes, err := eng.Takes(t.Context(), second.ID, address)
	if err != nil {
		t.Fatal(err)
	}
	var notes []string
	for _, take := range takes {
		var note string
		if err := take.Output.Decode("note", &note); err != nil {
			t.Fatal(err)
		}
		notes = append(notes, note)
	}
	if len(takes) != 2 || takes[0].Number != 1 || takes[1].Number != 2 || notes[0] == notes[1] {
		t.Errorf("takes %+v with the seeds %v", takes, notes)
	}
	third := revise(t, eng, second.ID, engine.Revision{Takes: map[string]int{address: 1}})
	n = len(shop.made())
	wait(t, third)
	if got := shop.since(n); len(got) > 0 {
		t.Errorf("to go back to an earlier take made the calls %v", got)
	}
	fourth := revise(t, eng, third.ID, engine.Revision{Takes: map[string]int{address: 0}})
	wait(t, fourth)
	takes, err = eng.Takes(t.Context(), fourth.ID, address)
	if err != nil {
		t.Fatal(err)
	}
	if last := takes[len(takes)-1].Number; last != 3 {
		t.Errorf("the newest take has number %d, want 3: no number is used twice", last)
	}
}

func TestAnEditChangesAResultWithoutACall(t *testing.T) {
	shop := &workshop{}
	eng := open(t, config(t.TempDir(), joined, shop))
	first := start(t, eng, nil)
	wait(t, first)
	n := len(shop.made())
	mine := filepath.Join(t.TempDir(), "mine.txt")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	second := revise(t, eng, first.ID, engine.Revision{Edits: map[string]any{
		`items.items[2].text`:     "changed",
		`made["item-00"].file`:    engine.LocalFile(mine),
		`made["item-00"]["note"]`: "edited",
	}})
	out := wait(t, second)
	if got, want := text(t, out, "text"), "mine|text 1 by shop|changed by shop"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if got, want := shop.since(n), []string{"joined", `made["item-02"]`}; !slices.Equal(got, want) {
		t.Errorf("calls of the revision: %v, want %v", got, want)
	}
	// The edits hold in the revisions that follow, until what they stand on changes.
	third := revise(t, eng, second.ID, engine.Revision{Inputs: engine.Inputs{"count": 2}})
	if got, want := text(t, wait(t, third), "text"), "mine|text 1 by shop"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

func TestAChangedInputRunsAgainWhatItReaches(t *testing.T) {
	shop := &workshop{}
	eng := open(t, config(t.TempDir(), joined, shop))
	first := start(t, eng, engine.Inputs{"count": 3})
	wait(t, first)
	n := len(shop.made())
	second := revise(t, eng, first.ID, engine.Revision{Inputs: engine.Inputs{"count": 4}})
	wait(t, second)
	if got, want := shop.since(n), []string{"items", "joined", `made["item-03"]`}; !slices.Equal(got, want) {
		t.Errorf("calls of the revision: %v, want %v", got, want)
	}
}

func TestWhatIsWrongWithARevisionIsSaidAtOnce(t *testing.T) {
	eng := open(t, config(t.TempDir(), joined, &workshop{}))
	first := start(t, eng, nil)
	wait(t, first)
	_, err := eng.Revise(t.Context(), first.ID, engine.Revision{
		Takes: map[string]int{`made["item-0"]`: 0, `made["item-01"]`: 7},
		Edits: map[string]any{`items.itmes`: 1, `items.items[9].text`: "x", `made["item-00"].file`: "no file", `made[`: 1},
	})
	var wrong *engine.ReviseError
	if !errors.As(err, &wrong) {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{
		`did you mean made["item-0`, "there is no take 7; there are 1 to 1", "there is no itmes", "there is no [9]", "the value does not fit", "it is no address and path",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	if _, err := eng.Revise(t.Context(), "none", engine.Revision{}); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound", err)
	}
	_, err = eng.Revise(t.Context(), first.ID, engine.Revision{Inputs: engine.Inputs{"count": "many"}})
	var input *engine.InputError
	if !errors.As(err, &input) {
		t.Errorf("error %v, want an InputError", err)
	}
}

// A revision of a run that is going on takes the call that is being made over, and loses nothing of it.
func TestARevisionSupersedesAnUnfinishedRunAndSharesItsCalls(t *testing.T) {
	began, hold := make(chan struct{}), make(chan struct{})
	shop := &workshop{vary: true}
	shop.onMake = func(_ context.Context, _ *providers.Call, in makeIn) error {
		if in.Text == "text 2" {
			close(began)
			<-hold
		}
		return nil
	}
	eng := open(t, config(t.TempDir(), joined, shop))
	first := start(t, eng, nil)
	<-began
	second := revise(t, eng, first.ID, engine.Revision{Inputs: engine.Inputs{"count": 4}})
	for !waitsForSame(second) {
		awaitTick(t, second)
	}
	close(hold)
	if _, err := first.Wait(t.Context()); !errors.Is(err, engine.ErrSuperseded) {
		t.Errorf("the older run ended with %v", err)
	}
	wait(t, second)
	if n := strings.Count(strings.Join(shop.made(), " "), `made["item-02"]`); n != 1 {
		t.Errorf("the call in flight was made %d times", n)
	}
	if first.Status().State != engine.Superseded {
		t.Errorf("state %s", first.Status().State)
	}
}

// waitsForSame tells whether a run waits for a call that another makes.
func waitsForSame(run *engine.Run) bool {
	for _, s := range run.Status().Stages {
		for _, a := range s.Running {
			if strings.HasPrefix(a.Waiting, "waiting for the same call") {
				return true
			}
		}
	}
	return false
}

// awaitTick waits until something has moved in the run.
func awaitTick(t *testing.T, run *engine.Run) {
	t.Helper()
	for ev := range run.Events(t.Context()) {
		if ev.Kind == engine.Progress {
			return
		}
	}
	t.Fatal("the run ended")
}

// The checkpoint of a call that was interrupted goes to the run that supersedes it.
func TestARevisionPicksUpTheWorkOfAnInterruptedRun(t *testing.T) {
	dir := t.TempDir()
	saved := make(chan struct{})
	shop := &workshop{vary: true}
	var key string
	shop.onMake = func(ctx context.Context, call *providers.Call, in makeIn) error {
		if in.Text != "text 1" {
			return nil
		}
		key = call.IdempotencyKey
		if err := call.SaveCheckpoint(ctx, []byte("half")); err != nil {
			return err
		}
		close(saved)
		<-ctx.Done()
		return ctx.Err()
	}
	eng, err := engine.Open(t.Context(), config(dir, joined, shop))
	if err != nil {
		t.Fatal(err)
	}
	first := start(t, eng, nil)
	<-saved
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	var checkpoint, again string
	later := &workshop{vary: true, onMake: func(_ context.Context, call *providers.Call, in makeIn) error {
		if in.Text == "text 1" {
			checkpoint, again = string(call.Checkpoint), call.IdempotencyKey
		}
		return nil
	}}
	eng = open(t, config(dir, joined, later))
	wait(t, revise(t, eng, first.ID, engine.Revision{}))
	if checkpoint != "half" || again != key {
		t.Errorf("checkpoint %q, idempotency key %q and %q", checkpoint, key, again)
	}
	old, err := eng.Run(t.Context(), first.ID)
	if err != nil {
		t.Fatal(err)
	}
	if s := old.Status().State; s != engine.Superseded {
		t.Errorf("the older run is %s", s)
	}
}

func TestARunFromALineageKeepsItsTakesAndEditsUnderTheFileAsItIsNow(t *testing.T) {
	dir := t.TempDir()
	shop := &workshop{}
	eng, err := engine.Open(t.Context(), config(dir, joined, shop))
	if err != nil {
		t.Fatal(err)
	}
	first := start(t, eng, nil)
	wait(t, first)
	second := revise(t, eng, first.ID, engine.Revision{Takes: map[string]int{`made["item-01"]`: 0}})
	wait(t, second)
	n := len(shop.made())
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	eng = open(t, config(dir, strings.Replace(joined, "stage.joined.text }", `"<${stage.joined.text}>" }`, 1), shop))
	third := start(t, eng, nil, engine.StartOptions{From: second.ID})
	if got, want := text(t, wait(t, third), "text"), "<text 0 by shop|text 1 by shop|text 2 by shop>"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if got := shop.since(n); len(got) > 0 {
		t.Errorf("calls %v", got)
	}
}

func TestTheHeadOfALineageIsItsNewestRun(t *testing.T) {
	eng := open(t, config(t.TempDir(), joined, &workshop{}))
	first := start(t, eng, nil)
	wait(t, first)
	second := revise(t, eng, first.ID, engine.Revision{})
	wait(t, second)
	var ids []string
	for info, err := range eng.Runs(t.Context(), journal.Query{Lineage: first.ID}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, info.ID)
	}
	if !slices.Equal(ids, []string{second.ID, first.ID}) {
		t.Errorf("lineage %v", ids)
	}
}

func TestOutputsOfATakeAreFilesThatCanBeRead(t *testing.T) {
	eng := open(t, config(t.TempDir(), joined, &workshop{}))
	first := start(t, eng, nil)
	wait(t, first)
	takes, err := eng.Takes(t.Context(), first.ID, `made["item-00"]`)
	if err != nil {
		t.Fatal(err)
	}
	f, err := takes[0].Output.File(t.Context(), "file")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(f.Path); err != nil || string(b) != "text 0 by shop" {
		t.Errorf("%q, %v", b, err)
	}
	raw, err := json.Marshal(takes[0].Output)
	if err != nil || !strings.Contains(string(raw), `"note"`) {
		t.Errorf("%s, %v", raw, err)
	}
	if _, err := eng.Takes(t.Context(), first.ID, "nothing"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}
