package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/filmloom/filmloom/plugins/ffmpeg/tool"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

const (
	version = "1.0.0"
	// settings is part of the cache version: change it whenever the same input gives other bytes.
	settings = "1"
)

// Config is the provider's configuration.
type Config struct {
	FFmpeg  string `json:"ffmpeg,omitempty" doc:"Path or name of the ffmpeg program; by default the one on PATH."`
	FFprobe string `json:"ffprobe,omitempty" doc:"Path or name of the ffprobe program; by default the one on PATH."`
}

// compositor is the provider's state: the programs it runs. It is set once, by configure.
type compositor struct {
	ffmpeg, ffprobe string
}

// New makes the provider.
func New() providers.Provider {
	c := &compositor{}
	return providers.New("ffmpeg", version,
		providers.Summary("Moves the camera, burns in subtitles, joins scenes and mixes sound, with ffmpeg."),
		providers.Config(c.configure),
		providers.Handle(film.Timeline, planTimeline),
		providers.Handle(film.SubtitleLayout, layOut),
		providers.Handle(film.ClipRender, c.renderClip),
		providers.Handle(film.TransitionRender, c.renderTransition),
		providers.Handle(film.Assemble, c.assemble),
	)
}

// needs are the parts of ffmpeg that the provider cannot do without, by the option that lists them.
var needs = map[string][]string{
	"-encoders": {"libx264", "aac"},
	"-filters":  {"ass", "ebur128", "sidechaincompress", "alimiter"},
}

const installHint = "apt-get install ffmpeg, or set the attribute \"ffmpeg\" to the path of a complete build"

func (c *compositor) configure(ctx context.Context, conf Config) (providers.Configured, error) {
	var ready providers.Configured
	paths := map[string]*string{"ffmpeg": &c.ffmpeg, "ffprobe": &c.ffprobe}
	for name, given := range map[string]string{"ffmpeg": conf.FFmpeg, "ffprobe": conf.FFprobe} {
		program := given
		if program == "" {
			program = name
		}
		path, err := exec.LookPath(program)
		if err != nil {
			ready.Problem = fmt.Sprintf("The program %s was not found.", program)
			ready.Hint = installHint
			return ready, nil
		}
		*paths[name] = path
	}
	answers, err := c.askAll(ctx, "-encoders", "-filters")
	if err != nil {
		return notReady(ctx, err)
	}
	for i, option := range []string{"-encoders", "-filters"} {
		listed := map[string]bool{}
		for line := range strings.Lines(string(answers[i].Stdout)) {
			if fields := strings.Fields(line); len(fields) > 1 {
				listed[fields[1]] = true
			}
		}
		for _, name := range needs[option] {
			if !listed[name] {
				ready.Problem = fmt.Sprintf("The program %s was built without %s.", c.ffmpeg, describe(name))
				ready.Hint = installHint
				return ready, nil
			}
		}
	}
	name, err := c.version(ctx, string(answers[0].Stderr))
	if err != nil {
		return notReady(ctx, err)
	}
	if tooOld(name) {
		ready.Problem = fmt.Sprintf("The program %s is too old (%s); version 5.1 or newer is needed.", c.ffmpeg, name)
		ready.Hint = installHint
		return ready, nil
	}
	ready.Ready = true
	ready.CacheVersion = fmt.Sprintf("%s, settings %s", name, settings)
	return ready, nil
}

// tooOld tells whether a version line names a release before 5.1, the first that has all the options
// used here. Builds between releases have names without numbers, and are taken as they are.
func tooOld(line string) bool {
	var major, minor int
	n, _ := fmt.Sscanf(strings.TrimPrefix(line, "ffmpeg version "), "%d.%d", &major, &minor)
	return n > 0 && (major < 5 || major == 5 && n == 2 && minor < 1)
}

func describe(part string) string {
	switch part {
	case "libx264":
		return "the encoder libx264"
	case "ass":
		return "libass (the filter ass)"
	case "aac":
		return "the encoder aac"
	}
	return "the filter " + part
}

func notReady(ctx context.Context, err error) (providers.Configured, error) {
	if ctx.Err() != nil {
		return providers.Configured{}, ctx.Err()
	}
	return providers.Configured{Problem: fmt.Sprintf("The program ffmpeg cannot be run: %v.", err), Hint: installHint}, nil
}

// askAll asks ffmpeg several things at the same time, for each answer takes a process that loads every library.
// The first failure ends the others.
func (c *compositor) askAll(ctx context.Context, options ...string) ([]tool.Output, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	answers := make([]tool.Output, len(options))
	var asking sync.WaitGroup
	for i, option := range options {
		asking.Go(func() {
			var err error
			if answers[i], err = c.ask(ctx, option); err != nil {
				fail(err)
			}
		})
	}
	asking.Wait()
	return answers, context.Cause(ctx)
}

// version is the name of the release: as the banner has it that ffmpeg writes before any answer, or, where a
// wrapper hides that, as it answers when it is asked.
func (c *compositor) version(ctx context.Context, banner string) (string, error) {
	if !strings.HasPrefix(banner, "ffmpeg version ") {
		out, err := c.ask(ctx, "-version")
		if err != nil {
			return "", err
		}
		banner = string(out.Stdout)
	}
	first, _, _ := strings.Cut(banner, "\n")
	name, _, _ := strings.Cut(first, " Copyright")
	return strings.TrimSpace(name), nil
}

func (c *compositor) ask(ctx context.Context, option string) (tool.Output, error) {
	return tool.Run(ctx, tool.Command{Path: c.ffmpeg, Args: []string{"-nostdin", option}, Limit: 20 * time.Second})
}

// run runs ffmpeg in a call's work directory. Failures are the provider's own: KindInternal.
func (c *compositor) run(ctx context.Context, call *providers.Call, cmd tool.Command) (tool.Output, error) {
	if c.ffmpeg == "" {
		return tool.Output{}, &providers.Error{
			Kind: providers.KindUnavailable, Message: "ffmpeg is not configured or was not found", Hint: installHint,
		}
	}
	cmd.Path, cmd.Dir = c.ffmpeg, call.WorkDir
	cmd.Args = append([]string{"-nostdin", "-hide_banner", "-nostats", "-y"}, cmd.Args...)
	out, err := tool.Run(ctx, cmd)
	if err != nil {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		var known *providers.Error
		if errors.As(err, &known) {
			return out, known
		}
		return out, providers.Errorf(providers.KindInternal, "%w", err)
	}
	return out, nil
}

// invalid is an error about the input: it can never work.
func invalid(format string, args ...any) error {
	return providers.Errorf(providers.KindInvalidInput, format, args...)
}
