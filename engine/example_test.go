package engine_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
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
