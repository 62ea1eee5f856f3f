package builtin

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/plugin"
)

// pluginEnv names the plugin that a process started by Plugins or PluginsFrom is to serve.
const pluginEnv = "FILMLOOM_BUILTIN_PLUGIN"

// mainRan is set by Main in a process that is no plugin.
var mainRan atomic.Bool

// Main serves a built-in plugin, and never returns, when this process was started for that; it
// returns at once otherwise. It must be the first line of main, and of TestMain, in a program that
// uses [Plugins]. Arguments play no part in it, nor does a variable that was inherited by accident:
// the process that starts a plugin proves itself with a nonce.
func Main() {
	name := os.Getenv(pluginEnv)
	_ = os.Unsetenv(pluginEnv) // what a plugin starts is no plugin
	if name == "" || !plugin.Launched() {
		mainRan.Store(true)
		return
	}
	if err := Serve(name); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Serve serves the named plugin to the host that started this process and never returns. It fails
// when there is no such plugin. It is for a command that serves a plugin by hand.
func Serve(name string) error {
	e, err := find(name)
	if err != nil {
		return err
	}
	plugin.Serve(e.construct())
	return nil
}

func find(name string) (entry, error) {
	for _, e := range table {
		if e.name == name {
			return e, nil
		}
	}
	err := providers.Errorf(providers.KindUnavailable, "there is no built-in plugin %q", name)
	if near := providers.Nearest(name, names()); near != "" {
		err.Message += fmt.Sprintf("; did you mean %q?", near)
	}
	return entry{}, err
}

func names() []string {
	out := make([]string, len(table))
	for i, e := range table {
		out[i] = e.name
	}
	return out
}

// InProcess gives the built-in providers in this process.
func InProcess() providers.Source { return inProcess{} }

type inProcess struct{}

func (inProcess) Plugins() []string { return names() }

func (inProcess) Describe(ctx context.Context, name string) (providers.Description, error) {
	e, err := find(name)
	if err != nil {
		return providers.Description{}, err
	}
	return e.construct().Describe(ctx)
}

func (inProcess) Open(_ context.Context, name string, _ providers.OpenOptions) (providers.Provider, error) {
	e, err := find(name)
	if err != nil {
		return nil, err
	}
	return e.construct(), nil
}

// Plugins gives the built-in providers as processes of this program, each started on first use.
// Without [Main] as the first line of main, opening one fails.
func Plugins() providers.Source { return sameProgram{} }

// sameProgram describes in this process, which runs the same code.
type sameProgram struct{ inProcess }

func (s sameProgram) Open(ctx context.Context, name string, o providers.OpenOptions) (providers.Provider, error) {
	if !mainRan.Load() {
		return nil, providers.Errorf(providers.KindUnavailable, "builtin.Plugins needs builtin.Main() as the first line of main "+
			"(and of TestMain): without it this program cannot run as the plugin %s", name)
	}
	d, err := s.Describe(ctx, name)
	if err != nil {
		return nil, err
	}
	executable, err := thisProgram()
	if err != nil {
		return nil, providers.Errorf(providers.KindUnavailable, "this program's own file is not known: %w", err)
	}
	spec := specOf(executable, name)
	spec.Description = &d
	return plugin.Launch(ctx, spec, o)
}

// thisProgram gives a path that starts the code that runs now.
func thisProgram() (string, error) {
	if runtime.GOOS == "linux" {
		// Stays with this very program when its file is replaced or removed.
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// PluginsFrom gives the built-in plugins of an installed filmloom, as processes of it. A path without
// a slash is looked up in PATH. The names are those of this version; one that the installed version
// lacks fails when it is used.
func PluginsFrom(path string) providers.Source {
	specs := make([]plugin.Spec, len(table))
	for i, e := range table {
		specs[i] = specOf(path, e.name)
	}
	return plugin.Commands(specs...)
}

// specOf starts a program as a plugin. The arguments are what a person would type; where the program
// begins with Main the variable has the say and they only show in a list of processes.
func specOf(executable, name string) plugin.Spec {
	return plugin.Spec{
		Name:    name,
		Command: []string{executable, "plugin", "serve", name},
		Env:     []string{pluginEnv + "=" + name},
	}
}
