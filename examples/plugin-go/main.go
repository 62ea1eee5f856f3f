// Command etcher is a Filmloom plugin that makes pictures with a vendor who takes his time: it orders a
// picture, remembers the order's number durably, and asks until the picture is there. When filmloom or the
// plugin dies meanwhile, the next attempt asks for the same order, and the picture is paid for once.
//
// The vendor is pretended, in vendor.go, so that the example runs without an account.
package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/plugin"
)

// version is the plugin's own.
const version = "1.0.0"

// price is what the vendor takes for a picture.
var price = providers.USD(0.02)

// config is what a provider "etcher" block may contain. Without a key the provider counts as not
// configured, and a route goes on to its next choice without starting it.
type config struct {
	APIKey  string  `json:"api_key" secret:"true" doc:"The vendor's key; the pretended one takes any that begins with demo."`
	Dir     string  `json:"dir,omitempty" doc:"Where the pretended vendor keeps orders. Default: the system's directory for temporary files."`
	Seconds float64 `json:"seconds" default:"1" min:"0" max:"3600" unit:"seconds" doc:"How long the pretended vendor takes for a picture."`
}

// etcher serves the capability. Its fields are set by configure, before any call, and do not change.
type etcher struct {
	vendor *vendor
}

func newProvider() providers.Provider {
	e := &etcher{}
	return providers.New("etcher", version,
		providers.Summary("Pictures from a vendor who takes his time (pretended)."),
		providers.Config(e.configure),
		providers.Estimator(e.estimate),
		providers.Handle(film.ImageGenerate, e.generate))
}

// configure checks what can be checked without paid work.
func (e *etcher) configure(_ context.Context, c config) (providers.Configured, error) {
	if c.Dir == "" {
		c.Dir = filepath.Join(os.TempDir(), "etcher-orders")
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return providers.Configured{Problem: "There is no place for the orders: " + err.Error(), Hint: "Set dir."}, nil
	}
	e.vendor = &vendor{dir: c.Dir, key: c.APIKey, takes: time.Duration(c.Seconds * float64(time.Second))}
	return providers.Configured{Ready: true}, nil
}

func (e *etcher) estimate(context.Context, providers.EstimateQuery) (providers.Estimate, error) {
	return providers.Estimate{MinCost: price, MaxCost: price, MinTime: e.vendor.takes, MaxTime: 2 * e.vendor.takes}, nil
}

// generate may be called concurrently. It returns as soon as the context ends.
func (e *etcher) generate(ctx context.Context, call *providers.Call, in film.ImageInput) (film.Image, error) {
	picture, err := e.collect(ctx, call, string(call.Checkpoint))
	if errors.Is(err, errUnknownOrder) { // there is none yet, or the vendor has forgotten it
		var number string
		if number, err = e.vendor.order(in); err != nil {
			return film.Image{}, err
		}
		// From here on the picture costs money: no later attempt may order it again.
		if err := call.SaveCheckpoint(ctx, []byte(number)); err != nil {
			return film.Image{}, err
		}
		picture, err = e.collect(ctx, call, number)
	}
	if err != nil {
		return film.Image{}, err
	}
	call.Charge(price)
	out := film.Image{Seed: in.Seed, Image: providers.File{
		Path: filepath.Join(call.WorkDir, "picture.png"), MediaType: "image/png", Name: "etching.png",
	}}
	return out, os.WriteFile(out.Image.Path, picture, 0o600)
}

// collect asks for an order until it is done. A vendor on the network is asked less often.
func (e *etcher) collect(ctx context.Context, call *providers.Call, number string) ([]byte, error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		done, picture, err := e.vendor.ask(number)
		if err != nil || picture != nil {
			return picture, err
		}
		call.Progress(done, "order "+number)
		call.Log(slog.LevelDebug, "waits for the vendor", "order", number, "done", done)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func main() { plugin.Serve(newProvider()) }
