package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/filmloom/filmloom/providers"
)

// Commands is a source of external plugins, by the names of their specs and in that order. Of two specs
// with one name the first counts.
//
// Describe starts a plugin for a moment when its spec holds no description, and remembers the answer
// for as long as the executable, and the files that its arguments name, stay the same.
func Commands(specs ...Spec) providers.Source { return CachedCommands("", specs...) }

// CachedCommands is [Commands] that remembers the answers of Describe in a directory too, for the next
// process: a small file for each plugin, which only this user can read. The directory is made when it
// is needed and may be removed at any time. That it cannot be written, or holds anything else, is no
// error: the plugins are asked then. "" is Commands.
//
// A plugin is asked again when its executable, its arguments or its environment in the spec are others,
// when a file that an argument names has changed, or, of a script, a file of the same kind beside it.
// What is not remembered in the directory, since nothing there tells when it changes: a command that
// names a program on the PATH with arguments of which none is a file (python3 -m acme), and one with an
// argument that is a directory.
func CachedCommands(dir string, specs ...Spec) providers.Source {
	return &commands{
		specs: specs, cache: descriptionCache{dir},
		turns: map[string]chan struct{}{}, known: map[string]providers.Description{},
	}
}

type commands struct {
	specs []Spec
	cache descriptionCache

	mu    sync.Mutex
	turns map[string]chan struct{}         // by plugin: holds one token while it is asked
	known map[string]providers.Description // by the identity's key
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
	if spec, err = spec.resolved(); err != nil {
		return providers.Description{}, err
	}
	done, err := c.turn(ctx, plugin)
	if err != nil {
		return providers.Description{}, err
	}
	defer done()
	id, err := spec.identity()
	if err != nil {
		return providers.Description{}, startFailure(plugin, fmt.Sprintf("cannot be read: %v", err), "", err)
	}
	if d, ok := c.recall(spec, id); ok {
		return d, nil
	}
	d, err := c.ask(ctx, spec)
	if err != nil {
		return providers.Description{}, err
	}
	// Should it have been replaced meanwhile, nobody knows which one answered.
	if after, err := spec.identity(); err == nil && after == id {
		c.remember(spec, id, d)
	}
	return d, nil
}

// recall finds what a plugin has answered before. One that must not be started is not known either.
func (c *commands) recall(spec Spec, id identity) (providers.Description, bool) {
	if spec.SHA256 != "" && !strings.EqualFold(spec.SHA256, id.executable) {
		return providers.Description{}, false
	}
	c.mu.Lock()
	d, ok := c.known[id.key]
	c.mu.Unlock()
	if !ok && id.whole {
		if d, ok = c.cache.load(spec.Name, id.key); ok {
			c.know(id, d)
		}
	}
	return d, ok
}

func (c *commands) know(id identity, d providers.Description) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[id.key] = d
}

func (c *commands) remember(spec Spec, id identity, d providers.Description) {
	c.know(id, d)
	if id.whole {
		c.cache.store(spec.Name, id.key, d)
	}
}

// ask starts a plugin for its description.
func (c *commands) ask(ctx context.Context, spec Spec) (providers.Description, error) {
	h, err := launch(ctx, spec, providers.OpenOptions{}, usualPace)
	if err != nil {
		return providers.Description{}, err
	}
	defer func() {
		// The answer is there; a caller that gave up must not leave the process half stopped.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = h.Shutdown(ctx)
	}()
	return h.Describe(ctx)
}

func (c *commands) Open(ctx context.Context, plugin string, o providers.OpenOptions) (providers.Provider, error) {
	spec, err := c.find(plugin)
	if err != nil {
		return nil, err
	}
	return Launch(ctx, spec, o)
}
