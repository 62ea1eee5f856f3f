package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/filmloom/filmloom/providers"
)

// Commands is a source of external plugins, by the names of their specs and in that order. Of two specs
// with one name the first counts.
//
// Describe starts a plugin for a moment when its spec holds no description, and remembers the answer
// for as long as the executable stays the same.
func Commands(specs ...Spec) providers.Source {
	return &commands{specs: specs, turns: map[string]chan struct{}{}, known: map[string]providers.Description{}}
}

type commands struct {
	specs []Spec

	mu    sync.Mutex
	turns map[string]chan struct{}         // by plugin: holds one token while it is asked
	known map[string]providers.Description // by plugin and digest of the executable
}

// turn lets one caller at a time ask a plugin, so that many who ask together start it once.
func (c *commands) turn(ctx context.Context, plugin string) (done func(), err error) {
	c.mu.Lock()
	turn := c.turns[plugin]
	if turn == nil {
		turn = make(chan struct{}, 1)
		c.turns[plugin] = turn
	}
	c.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *commands) Plugins() []string {
	var names []string
	for _, s := range c.specs {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

func (c *commands) find(plugin string) (Spec, error) {
	for _, s := range c.specs {
		if s.Name == plugin {
			return s, nil
		}
	}
	err := startFailure(plugin, "is not known", "", nil)
	if near := providers.Nearest(plugin, c.Plugins()); near != "" {
		err.Hint = fmt.Sprintf("Did you mean %q?", near)
	}
	return Spec{}, err
}

func (c *commands) Describe(ctx context.Context, plugin string) (providers.Description, error) {
	spec, err := c.find(plugin)
	if err != nil {
		return providers.Description{}, err
	}
	if spec.Description != nil {
		return *spec.Description, nil
	}
	h, err := launch(ctx, spec, providers.OpenOptions{}, usualPace)
	if err != nil {
		return providers.Description{}, err
	}
	digest, err := fileDigest(h.spec.Command[0])
	if err != nil {
		return providers.Description{}, startFailure(plugin, fmt.Sprintf("cannot be read: %v", err), "", err)
	}
	done, err := c.turn(ctx, plugin)
	if err != nil {
		return providers.Description{}, err
	}
	defer done()
	key := plugin + " " + digest
	c.mu.Lock()
	d, ok := c.known[key]
	c.mu.Unlock()
	if ok {
		return d, nil
	}
	defer func() {
		// The answer is there; a caller that gave up must not leave the process half stopped.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = h.Shutdown(ctx)
	}()
	d, err = h.Describe(ctx)
	if err != nil {
		return providers.Description{}, err
	}
	c.mu.Lock()
	c.known[key] = d
	c.mu.Unlock()
	return d, nil
}

func (c *commands) Open(ctx context.Context, plugin string, o providers.OpenOptions) (providers.Provider, error) {
	spec, err := c.find(plugin)
	if err != nil {
		return nil, err
	}
	return Launch(ctx, spec, o)
}

func fileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
