package engine_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
)

var joinedShape = shape{"items": {}, "made": {after: []string{"items"}}, "joined": {after: []string{"items", "made"}}}

func TestFiftyWhoStartTheSameRunStartOne(t *testing.T) {
	const starters = 50
	shop := &workshop{vary: true}
	eng := open(t, config(t.TempDir(), joined, shop))
	var starting sync.WaitGroup
	begin := make(chan struct{})
	texts := make([]string, starters)
	for i := range starters {
		starting.Go(func() {
			<-begin
			run, err := eng.Start(t.Context(), "joined", engine.Inputs{"count": 3}, engine.StartOptions{ID: "the-one"})
			if err != nil {
				t.Error(err)
				return
			}
			out, err := run.Wait(t.Context())
			if err == nil {
				err = out.Decode("text", &texts[i])
			}
			if err != nil || run.ID != "the-one" {
				t.Errorf("run %s: %v", run.ID, err)
			}
		})
	}
	close(begin)
	starting.Wait()
	if want := []string{"items", "joined", `made["item-00"]`, `made["item-01"]`, `made["item-02"]`}; !slices.Equal(shop.made(), want) {
		t.Errorf("calls %v, want each once: %v", shop.made(), want)
	}
	if same := slices.Compact(texts); len(same) != 1 {
		t.Errorf("they got %q", same)
	}
	runs := 0
	for _, err := range eng.Runs(t.Context(), journal.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		runs++
	}
	if runs != 1 {
		t.Errorf("there are %d runs, want one", runs)
	}
	run, err := eng.Run(t.Context(), "the-one")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range audit(joinedShape, numbered(run.Events(t.Context()))).breaches {
		t.Error(b)
	}
}

func TestTheSameRunWithOtherInputsIsRefused(t *testing.T) {
	shop := &workshop{}
	dir := t.TempDir()
	eng := open(t, config(dir, joined+otherwise, shop))
	o := engine.StartOptions{ID: "the-one"}
	wait(t, start(t, eng, engine.Inputs{"count": 2}, o))
	calls := len(shop.made())
	for name, again := range map[string]func() (*engine.Run, error){
		"other inputs":     func() (*engine.Run, error) { return eng.Start(t.Context(), "joined", engine.Inputs{"count": 1}, o) },
		"no inputs":        func() (*engine.Run, error) { return eng.Start(t.Context(), "joined", nil, o) },
		"another pipeline": func() (*engine.Run, error) { return eng.Start(t.Context(), "otherwise", engine.Inputs{"count": 2}, o) },
	} {
		if _, err := again(); !errors.Is(err, engine.ErrExists) {
			t.Errorf("%s: error %v, want ErrExists", name, err)
		}
	}
	wait(t, start(t, eng, engine.Inputs{"count": 2}, o))
	if n := len(shop.made()); n != calls {
		t.Errorf("%d more calls", n-calls)
	}
}

const otherwise = `
pipeline "otherwise" {
  input "count" {
    type    = number
    default = 3
  }
  stage "items" {
    uses = "t.list"
    with = { count = input.count }
  }
  output "items" { value = stage.items.items }
}
`
