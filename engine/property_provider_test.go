package engine_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/filmloom/filmloom/providers"
)

// A quickClock waits for nothing: to sleep is to be later.
type quickClock struct {
	mu  sync.Mutex
	now time.Time
}

func newQuickClock() *quickClock {
	return &quickClock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
}

func (c *quickClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *quickClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(max(d, 0))
	return nil
}

type (
	gameListIn struct {
		Count int    `json:"count"`
		Text  string `json:"text"`
	}
	gameListOut struct {
		Items []string `json:"items"`
	}
	gameWorkIn struct {
		Text string `json:"text"`
		Most int    `json:"most"`
		Seed int64  `json:"seed" default:"0"`
	}
	gameWorkOut struct {
		Text string          `json:"text"`
		File *providers.File `json:"file"`
	}
)

var (
	gameList = providers.Capability[gameListIn, gameListOut]{Name: "p.list", Deterministic: true}
	gameWork = providers.Capability[gameWorkIn, gameWorkOut]{Name: "p.work", CPU: true}
)

// A game is a provider whose whole behaviour follows from a seed and from what it is asked, so that two
// runs of the same seed meet the same.
type game struct {
	seed    uint64
	fragile int // how many calls of a hundred fail finally

	mu    sync.Mutex
	calls []gameCall
	stop  int           // the call that stands still until its context ends, from 1; 0 means none
	held  chan struct{} // closed when it does
}

type gameCall struct {
	address string
	attempt int
}

func newGame(seed uint64, fragile, stop int) *game {
	return &game{seed: seed, fragile: fragile, stop: stop, held: make(chan struct{})}
}

// begin notes a call, and may keep it.
func (g *game) begin(ctx context.Context, call *providers.Call) error {
	g.mu.Lock()
	g.calls = append(g.calls, gameCall{call.Address, call.Attempt})
	stand := len(g.calls) == g.stop
	g.mu.Unlock()
	if stand {
		close(g.held)
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// dice are random bytes that the seed and the question alone decide.
func (g *game) dice(what ...any) [sha256.Size]byte {
	return sha256.Sum256([]byte(fmt.Sprint(g.seed, what)))
}

var (
	passing = []providers.Kind{
		providers.KindUnavailable, providers.KindRateLimited, providers.KindCrashed, providers.KindInternal, providers.KindTimeout,
	}
	forGood = append([]providers.Kind{providers.KindRejected, providers.KindInvalidInput, providers.KindUnauthorized}, passing...)
)

func (g *game) work(ctx context.Context, call *providers.Call, in gameWorkIn) (gameWorkOut, error) {
	if err := g.begin(ctx, call); err != nil {
		return gameWorkOut{}, err
	}
	d := g.dice(in)
	call.Progress(0.5, "half")
	if d[0]%4 == 0 {
		if err := call.SaveCheckpoint(ctx, d[:4]); err != nil {
			return gameWorkOut{}, err
		}
	}
	switch n := int(binary.BigEndian.Uint16(d[1:])) % 100; {
	case n < g.fragile:
		return gameWorkOut{}, providers.Errorf(forGood[int(d[3])%len(forGood)], "it never works")
	case n < 40 && call.Attempt <= min(1+int(d[4])%2, in.Most-1):
		err := providers.Errorf(passing[int(d[3])%len(passing)], "not at attempt %d", call.Attempt)
		if d[5]%2 == 0 {
			err.RetryAfter = time.Hour
		}
		return gameWorkOut{}, err
	}
	out := gameWorkOut{Text: hex.EncodeToString(d[6:10])}
	if d[10]%2 == 0 {
		path := filepath.Join(call.WorkDir, "out.txt")
		if err := os.WriteFile(path, []byte(out.Text), 0o600); err != nil {
			return gameWorkOut{}, err
		}
		out.File = &providers.File{Path: path, MediaType: "text/plain"}
	}
	return out, nil
}

func (g *game) list(ctx context.Context, call *providers.Call, in gameListIn) (gameListOut, error) {
	if err := g.begin(ctx, call); err != nil {
		return gameListOut{}, err
	}
	out := gameListOut{Items: []string{}}
	for i := range in.Count {
		out.Items = append(out.Items, fmt.Sprint("i", i))
	}
	return out, nil
}

func (g *game) Plugins() []string { return []string{"p"} }

func (g *game) Describe(ctx context.Context, _ string) (providers.Description, error) {
	return g.provider().Describe(ctx)
}

func (g *game) Open(context.Context, string, providers.OpenOptions) (providers.Provider, error) {
	return g.provider(), nil
}

func (g *game) provider() providers.Provider {
	return providers.New("p", "1.0.0", providers.Handle(gameList, g.list), providers.Handle(gameWork, g.work))
}
