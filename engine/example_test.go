package engine_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/memory"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
)

const hello = `
pipeline "hello" {
  input "name" {
    type    = string
    default = "world"
  }
  stage "greet" {
    uses = "mock.echo"
    with = { text = "hello, ${input.name}" }
  }
  output "greeting" { value = stage.greet.text }
}`

// openHello opens an engine for the examples. Its data is removed by the second result.
func openHello(source string, p providers.Source) (*engine.Engine, func()) {
	dir, err := os.MkdirTemp("", "filmloom-example-*")
	if err != nil {
		log.Fatal(err)
	}
	eng, err := engine.Open(context.Background(), engine.Config{
		Dir: dir, Source: pipeline.Source{"hello.hcl": []byte(source)}, Providers: p,
	})
	if err != nil {
		log.Fatal(err)
	}
	return eng, func() {
		if err := eng.Close(); err != nil {
			log.Fatal(err)
		}
		os.RemoveAll(dir)
	}
}

// A program opens an engine, starts a run and waits for its outputs.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "filmloom-example-*")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	eng, err := engine.Open(ctx, engine.Config{
		Dir: dir, Source: pipeline.Source{"hello.hcl": []byte(hello)}, Providers: builtin.InProcess(),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer eng.Close()
	run, err := eng.Start(ctx, "hello", engine.Inputs{"name": "film"})
	if err != nil {
		log.Fatal(err)
	}
	out, err := run.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	var greeting string
	if err := out.Decode("greeting", &greeting); err != nil {
		log.Fatal(err)
	}
	fmt.Println(greeting)
	// Output: hello, film
}

// A program follows a run's events from the first to the last.
func ExampleRun_Events() {
	ctx := context.Background()
	eng, done := openHello(hello, builtin.InProcess())
	defer done()
	run, err := eng.Start(ctx, "hello", nil)
	if err != nil {
		log.Fatal(err)
	}
	for ev := range run.Events(ctx) {
		if ev.Kind != engine.Progress {
			fmt.Println(strings.TrimSpace(fmt.Sprintln(ev.Seq, ev.Kind, ev.Address)))
		}
	}
	// Output:
	// 1 run.created
	// 2 run.started
	// 3 stage.expanded
	// 4 attempt.started greet
	// 5 instance.done greet
	// 6 run.completed
}

// A function of the program's own serves a capability: its input and output are checked against the
// struct's fields, and pipelines that use it are checked before they run.
func ExampleOpen_provider() {
	type in struct {
		Text string `json:"text" doc:"What to shout."`
	}
	type out struct {
		Text string `json:"text"`
	}
	shout := providers.Capability[in, out]{Name: "acme.shout", Description: "Says it louder.", Deterministic: true}
	acme := providers.InProcess(func() providers.Provider {
		return providers.New("acme", "1.0.0", providers.Handle(shout,
			func(_ context.Context, _ *providers.Call, in in) (out, error) {
				return out{strings.ToUpper(in.Text)}, nil
			}))
	})

	ctx := context.Background()
	eng, done := openHello(`
pipeline "loud" {
  input "words" { type = list(string) }
  stage "shout" {
    for_each = input.words
    uses     = "acme.shout"
    with     = { text = each.value }
  }
  output "text" { value = join(" ", stage.shout[*].text) }
}`, providers.Join(acme, builtin.InProcess()))
	defer done()
	run, err := eng.Start(ctx, "loud", engine.Inputs{"words": []string{"hear", "this"}})
	if err != nil {
		log.Fatal(err)
	}
	outputs, err := run.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%#v\n", outputs.Value("text").AsString())
	// Output: "HEAR THIS"
}

// A revision is a new run that differs from its parent as it says; what that does not reach is taken from
// the parent, without a call.
func ExampleEngine_Revise() {
	ctx := context.Background()
	eng, done := openHello(`
pipeline "letter" {
  stage "greeting" {
    uses = "mock.echo"
    with = { text = "Dear reader" }
  }
  stage "letter" {
    uses = "mock.echo"
    with = { text = "${stage.greeting.text}, good night." }
  }
  output "letter" { value = stage.letter.text }
}`, builtin.InProcess())
	defer done()
	first, err := eng.Start(ctx, "letter", nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := first.Wait(ctx); err != nil {
		log.Fatal(err)
	}
	second, err := eng.Revise(ctx, first.ID, engine.Revision{Edits: map[string]any{"greeting.text": "Dear Ada"}})
	if err != nil {
		log.Fatal(err)
	}
	out, err := second.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Value("letter").AsString())
	why, err := eng.Explain(ctx, second.ID, "letter")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(why.Reason)
	// Output:
	// Dear Ada, good night.
	// A call was made because its input changed: text (from stage greeting).
}

// counted is a journal that counts what is written to it.
type counted struct {
	journal.Journal
	appends atomic.Int64
}

func (c *counted) Append(ctx context.Context, run string, b journal.Batch) (uint64, error) {
	c.appends.Add(1)
	return c.Journal.Append(ctx, run, b)
}

// A program brings a journal of its own: here one in memory, with something around it.
func ExampleConfig_journal() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "filmloom-example-*")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	store := &counted{Journal: memory.New()}
	defer store.Close()
	eng, err := engine.Open(ctx, engine.Config{
		Dir: filepath.Join(dir, "files"), Journal: store, // files stay in Dir; only the journal is ours
		Source: pipeline.Source{"hello.hcl": []byte(hello)}, Providers: builtin.InProcess(),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer eng.Close()
	run, err := eng.Start(ctx, "hello", nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := run.Wait(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(store.appends.Load(), "appends")
	// Output: 5 appends
}
