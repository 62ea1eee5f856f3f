package providertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/plugin"
)

// This test binary is also every plugin that the tests start: roleEnv says which.
const roleEnv = "FILMLOOM_TEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleEnv)
	switch {
	case role == "":
		HostMain()
		goleak.VerifyTestMain(m)
	case role == "silent" && os.Getenv("FILMLOOM_PLUGIN") == "":
		os.Exit(1)
	case role == "dirty":
		fmt.Println("Loading the model, please wait …")
	case role == "past", role == "future":
		version := map[string]int{"past": 0, "future": 2}[role]
		fmt.Printf("1|%d|unix|/nowhere|grpc|\n", version)
		_, _ = os.Stdin.Read(nil)
		return
	case role == "plaintext":
		_ = os.Unsetenv("PLUGIN_CLIENT_CERT")
	case role == "no lifeline":
		_ = os.Unsetenv("FILMLOOM_LIFELINE_FD")
	case role == "socket elsewhere":
		_ = os.Unsetenv("PLUGIN_UNIX_SOCKET_DIR")
	case role == "mortal":
		plugin.Serve(broken{Provider: paragon(), execute: func(context.Context, *providers.Call) (*providers.Result, error) {
			os.Exit(3)
			return nil, nil
		}})
	}
	plugin.Serve(paragon())
}

// command is the spec of a plugin that plays a role.
func command(role string) plugin.Spec {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return plugin.Spec{
		Name: "paragon", Command: []string{exe},
		// The race detector makes each process sleep for a second at its end by default.
		Env: []string{roleEnv + "=" + role, "GORACE=atexit_sleep_ms=0"},
	}
}

type conf struct {
	Key   string `json:"key,omitempty" secret:"true" doc:"Opens nothing."`
	Mood  string `json:"mood" default:"glad" enum:"glad,cross"`
	Level int    `json:"level" default:"3" min:"1" max:"9"`
}

type writeIn struct {
	Text  string `json:"text"`
	Mood  string `json:"mood" enum:"glad,cross"`
	Times int    `json:"times" min:"2" max:"5"`
}

type writeOut struct {
	File providers.File `json:"file"`
}

type workIn struct {
	Steps int `json:"steps" default:"10" min:"1" max:"1000"`
}

type workOut struct {
	Steps int `json:"steps"`
}

type readIn struct {
	File providers.File `json:"file"`
}

type readOut struct {
	SHA256 string `json:"sha256"`
}

var (
	writes = providers.Capability[writeIn, writeOut]{Name: "paragon.write", Description: "Writes.", Deterministic: true}
	works  = providers.Capability[workIn, workOut]{Name: "paragon.work", Description: "Works, and says how far it is."}
	reads  = providers.Capability[readIn, readOut]{Name: "paragon.read", Description: "Reads.", Deterministic: true}
)

// paragon does everything right.
func paragon() providers.Provider {
	return providers.New("paragon", "1.0.0",
		providers.Config(func(context.Context, conf) (providers.Configured, error) {
			return providers.Configured{Ready: true}, nil
		}),
		providers.Estimator(func(context.Context, providers.EstimateQuery) (providers.Estimate, error) {
			return providers.Estimate{MinTime: time.Millisecond, MaxTime: time.Second}, nil
		}),
		providers.Handle(writes, func(_ context.Context, call *providers.Call, in writeIn) (writeOut, error) {
			slog.Info("paragon writes")
			text := fmt.Sprint(in.Text, in.Mood, in.Times)
			err := os.WriteFile(filepath.Join(call.WorkDir, "text.txt"), []byte(text), 0o600)
			return writeOut{providers.File{Path: "text.txt", MediaType: "text/plain"}}, err
		}),
		providers.Handle(works, work),
		providers.Handle(reads, func(_ context.Context, _ *providers.Call, in readIn) (readOut, error) {
			raw, err := os.ReadFile(in.File.Path)
			if err != nil {
				return readOut{}, providers.Errorf(providers.KindInvalidInput, "the file cannot be read: %w", err)
			}
			sum := sha256.Sum256(raw)
			return readOut{hex.EncodeToString(sum[:])}, nil
		}))
}

func work(ctx context.Context, call *providers.Call, in workIn) (workOut, error) {
	var from int
	if _, err := fmt.Sscan(string(call.Checkpoint), &from); err != nil {
		from = 0 // from another version, or none
	}
	for i := from; i < in.Steps; i++ {
		select {
		case <-time.After(time.Millisecond): // its work
		case <-ctx.Done():
			return workOut{}, ctx.Err()
		}
		call.Progress(float64(i)/float64(in.Steps), "working")
		if err := call.SaveCheckpoint(ctx, fmt.Append(nil, i+1)); err != nil {
			return workOut{}, err
		}
	}
	return workOut(in), nil
}

// broken is a provider with some methods of its own.
type broken struct {
	providers.Provider
	describe  func(providers.Description) providers.Description
	configure func(raw json.RawMessage) (providers.Configured, error)
	estimate  func(providers.EstimateQuery) (providers.Estimate, error)
	execute   func(ctx context.Context, call *providers.Call) (*providers.Result, error)
	shutdown  error
}

func (b broken) Describe(ctx context.Context) (providers.Description, error) {
	d, err := b.Provider.Describe(ctx)
	if b.describe != nil {
		d = b.describe(d)
	}
	return d, err
}

func (b broken) Configure(ctx context.Context, raw json.RawMessage) (providers.Configured, error) {
	if b.configure != nil {
		return b.configure(raw)
	}
	return b.Provider.Configure(ctx, raw)
}

func (b broken) Estimate(ctx context.Context, q providers.EstimateQuery) (providers.Estimate, error) {
	if b.estimate != nil {
		return b.estimate(q)
	}
	return b.Provider.Estimate(ctx, q)
}

func (b broken) Execute(ctx context.Context, call *providers.Call) (*providers.Result, error) {
	if b.execute != nil {
		return b.execute(ctx, call)
	}
	return b.Provider.Execute(ctx, call)
}

func (b broken) Shutdown(ctx context.Context) error {
	if b.shutdown != nil {
		return b.shutdown
	}
	return b.Provider.Shutdown(ctx)
}

// example is an input file with options that name it.
func exampleOptions(t *testing.T) Options {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.txt")
	if err := os.WriteFile(path, []byte("hello"), 0o400); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(map[string]any{"file": map[string]string{"path": path}})
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Inputs:    map[string]json.RawMessage{"paragon.read": raw},
		Contracts: []providers.CapabilitySpec{writes.Spec()},
	}
}
