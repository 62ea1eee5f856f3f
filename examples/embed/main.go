// Command embed is a program of its own that runs a pipeline: it makes an audio book of a text file, one
// sound file for each paragraph, with the offline voices.
//
//	go run . story.txt
//
// Stop it in the middle and start it again: what was spoken is not spoken again.
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
)

// A provider in this process: it divides a text into paragraphs.
type (
	divideInput struct {
		Text string `json:"text" doc:"Any text; an empty line divides paragraphs."`
	}
	divideOutput struct {
		Paragraphs []string `json:"paragraphs"`
	}
)

var divide = providers.Capability[divideInput, divideOutput]{
	Name: "text.divide", Description: "Divides a text into paragraphs.", Deterministic: true,
}

func book() providers.Provider {
	return providers.New("book", "1.0.0", providers.Handle(divide,
		func(_ context.Context, _ *providers.Call, in divideInput) (divideOutput, error) {
			var out divideOutput
			for p := range strings.SplitSeq(in.Text, "\n\n") {
				if p = strings.Join(strings.Fields(p), " "); p != "" {
					out.Paragraphs = append(out.Paragraphs, p)
				}
			}
			if len(out.Paragraphs) == 0 {
				return out, providers.Invalid("The text is empty.")
			}
			return out, nil
		}))
}

func main() {
	builtin.Main() // this program is also the plugins that it starts
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) (err error) {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: embed FILE")
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		return err
	}
	eng, err := engine.Open(ctx, engine.Config{
		Dir: "book-data", Pipelines: "book.hcl",
		Providers: providers.Join(providers.InProcess(book), builtin.Plugins()),
	})
	if err != nil {
		return err
	}
	defer eng.Close()
	// The same text is the same run: it goes on where it was.
	run, err := eng.Start(ctx, "book", engine.Inputs{"text": string(text)}, engine.StartOptions{ID: fmt.Sprintf("%x", sha256.Sum256(text))})
	if err != nil {
		return err
	}
	for ev := range run.Events(ctx) {
		switch ev.Kind {
		case engine.InstanceDone:
			fmt.Printf("%3.0f%%  %s by %s in %.1fs\n", 100*run.Status().Progress, ev.Address, ev.Provider, ev.Took.Seconds())
		case engine.AttemptFailed:
			fmt.Printf("      %s: %s\n", ev.Address, ev.Error.Message)
		}
	}
	out, err := run.Wait(ctx)
	if err != nil {
		return err
	}
	var sounds []providers.File
	if err := out.Decode("sounds", &sounds); err != nil {
		return err
	}
	fmt.Printf("%d sound files are in book-data/artifacts; the first is %s\n", len(sounds), sounds[0].SHA256)
	return nil
}
