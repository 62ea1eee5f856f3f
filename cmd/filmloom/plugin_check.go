package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/plugin"
	"github.com/filmloom/filmloom/providers/providertest"
)

// pluginCheck is what the flags of `plugin test` say.
type pluginCheck struct {
	config, inputs []string
	only, without  []string
	paid, noTLS    bool
	asJSON         bool
}

func pluginTestCommand(s *settings) *cobra.Command {
	f := &pluginCheck{}
	c := &cobra.Command{
		Use:   "test COMMAND [ARGS…]",
		Short: "Tries out whether a plugin does all that a plugin must do",
		Long: `Starts a plugin and tries what every plugin must do, whatever language it is written in: that it
describes itself, takes its settings, makes its calls and ends them when they are cancelled, keeps
secrets, survives what is thrown at it, and dies with its host. COMMAND is an executable, or the name
of a built-in plugin. Arguments of the plugin that begin with a dash follow after --.

A capability is called with the input given for it, or with one made from its schema, when the call
costs nothing: a call that may cost something is made with --paid only, about eight times. A plugin
with a secret among its settings may charge for what it gives no estimate of.

--only and --without take the names of checks and groups, as the report shows them, and capabilities.

It exits with 1 when a check failed.`,
		Example: `  filmloom plugin test ./acme
  filmloom plugin test ./acme --input acme.shout='{"text": "hey"}' --only calls
  filmloom plugin test --config api_key=@key.txt --paid --only image.generate ./acme
  filmloom plugin test --config @settings.json --json -- /usr/bin/python3 acme.py --quiet
  filmloom plugin test illustrator`,
		Args: argCount(1, many),
		RunE: func(cmd *cobra.Command, args []string) error {
			providertest.HostMain() // never returns in the process that is the host to be killed
			subject, err := checkSubject(s, f, args)
			if err != nil {
				return err
			}
			options, err := f.options()
			if err != nil {
				return err
			}
			return runChecks(cmd, subject, options, f.asJSON, strings.Join(args, " "))
		},
	}
	flags := c.Flags()
	flags.StringArrayVar(&f.config, "config", nil, "a setting of the provider, `KEY=VALUE` or KEY=@FILE, or all of them as JSON: @FILE")
	flags.StringArrayVar(&f.inputs, "input", nil, "an example input, `CAPABILITY=@FILE` or CAPABILITY=JSON; a file in it is {\"path\": …}")
	flags.StringSliceVar(&f.only, "only", nil, "make only these checks or calls, `NAMES` separated by commas")
	flags.StringSliceVar(&f.without, "without", nil, "leave out these checks or calls, `NAMES` separated by commas")
	flags.BoolVar(&f.paid, "paid", false, "also make calls that cost something, or may")
	flags.BoolVar(&f.noTLS, "no-tls", false, "speak with the plugin as with tls = false in its plugin block")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	return c
}

// checkSubject finds what is to be checked: a built-in plugin by its name, or a command.
func checkSubject(s *settings, f *pluginCheck, args []string) (providertest.Subject, error) {
	spec := plugin.Spec{Command: args, NoTLS: f.noTLS}
	if len(args) == 1 && slices.Contains(builtin.InProcess().Plugins(), args[0]) {
		if s.inProcess {
			return providertest.InProcess(func() (providers.Provider, error) {
				return builtin.InProcess().Open(context.Background(), args[0], providers.OpenOptions{})
			}), nil
		}
		self, err := exec.LookPath(os.Args[0])
		if err != nil {
			if self, err = os.Executable(); err != nil {
				return providertest.Subject{}, err
			}
		}
		spec.Name, spec.Command = args[0], []string{self, "plugin", "serve", args[0]}
		return providertest.Command(spec), nil
	}
	if s.inProcess {
		return providertest.Subject{}, usagef("--in-process is for built-in plugins, and %s is none", args[0])
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		text := fmt.Sprintf("there is no program %s that can be run", args[0])
		if near := providers.Nearest(args[0], builtin.InProcess().Plugins()); near != "" {
			text += fmt.Sprintf("; did you mean the built-in plugin %q?", near)
		} else if !strings.Contains(args[0], "/") {
			text += " on the PATH; one in this directory is ./" + args[0]
		}
		return providertest.Subject{}, namef("%s", text)
	}
	return providertest.Command(spec), nil
}

func (f *pluginCheck) options() (providertest.Options, error) {
	o := providertest.Options{
		Paid: f.paid, Only: f.only, Without: f.without, Contracts: filmContracts(),
		Inputs: map[string]json.RawMessage{},
	}
	var err error
	if o.Config, err = readConfig(f.config); err != nil {
		return o, err
	}
	for _, given := range f.inputs {
		capability, text, ok := strings.Cut(given, "=")
		if !ok {
			return o, usagef("--input %s has no value; write --input %s=@FILE", given, given)
		}
		if o.Inputs[capability], err = readObject("--input "+capability, text); err != nil {
			return o, err
		}
	}
	if err := o.Validate(); err != nil {
		return o, namef("%w", err)
	}
	return o, nil
}

// readConfig puts settings together. A later one wins.
func readConfig(given []string) (json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	for _, setting := range given {
		if strings.HasPrefix(setting, "@") {
			raw, err := readObject("--config", setting)
			if err != nil {
				return nil, err
			}
			if err := json.Unmarshal(raw, &all); err != nil {
				return nil, usagef("--config %s: %w", setting, err)
			}
			continue
		}
		key, text, ok := strings.Cut(setting, "=")
		if !ok {
			return nil, usagef("--config %s has no value; write --config %s=VALUE", setting, setting)
		}
		text, err := readText("--config "+key, text)
		if err != nil {
			return nil, err
		}
		// Numbers and truth values are read from a text as in the language.
		if begins := strings.TrimSpace(text); strings.HasPrefix(begins, "[") || strings.HasPrefix(begins, "{") {
			if all[key] = json.RawMessage(text); json.Valid(all[key]) {
				continue
			}
		}
		all[key], _ = json.Marshal(text) // of a string
	}
	return json.Marshal(all)
}

// readText reads a value, or the file that it names after an @; @@ stands for a literal @.
func readText(flag, text string) (string, error) {
	switch name, isFile := strings.CutPrefix(text, "@"); {
	case strings.HasPrefix(text, "@@"):
		return text[1:], nil
	case isFile:
		if err := readable(name); err != nil {
			return "", usagef("%s: %w", flag, err)
		}
		raw, err := os.ReadFile(name)
		return strings.TrimRight(string(raw), "\r\n"), err
	}
	return text, nil
}

func readObject(flag, text string) (json.RawMessage, error) {
	text, err := readText(flag, text)
	if err != nil {
		return nil, err
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return nil, usagef("%s must be a JSON object: %w", flag, err)
	}
	return json.RawMessage(text), nil
}

// filmContracts are the capabilities that film pipelines are made of.
func filmContracts() []providers.CapabilitySpec {
	return []providers.CapabilitySpec{
		film.StoryWrite.Spec(), film.ScriptAnalyze.Spec(), film.TextTranslate.Spec(), film.ImageGenerate.Spec(),
		film.SpeechSynthesize.Spec(), film.SpeechAlign.Spec(), film.MusicCompose.Spec(), film.Timeline.Spec(),
		film.SubtitleLayout.Spec(), film.ClipRender.Spec(), film.TransitionRender.Spec(), film.Assemble.Spec(),
		film.VideoPublish.Spec(),
	}
}

// runChecks makes the checks and shows each as soon as it is made.
func runChecks(cmd *cobra.Command, subject providertest.Subject, o providertest.Options, asJSON bool, what string) error {
	out, busy := cmd.OutOrStdout(), cmd.OutOrStdout() // busy shows what is being done, on a terminal
	if asJSON {
		out, busy = io.Discard, cmd.ErrOrStderr()
	}
	scr := screenOf(busy)
	colors := map[providertest.Outcome]color{providertest.Pass: green, providertest.Fail: red, providertest.Skip: dim}
	text := providertest.Text{W: out, Width: min(scr.width, 100), Paint: func(o providertest.Outcome, symbol string) string {
		return scr.paint(colors[o], symbol)
	}}
	fmt.Fprintf(out, "Testing %s\n\n", what)
	wipe := func() {
		if scr.terminal {
			fmt.Fprint(busy, "\r\x1b[K")
		}
	}
	var failed error
	o.Begun = func(_, name string) {
		if scr.terminal {
			fmt.Fprintf(busy, "  … %s", name)
		}
	}
	o.Done = func(r providertest.Result) {
		wipe()
		if err := text.Result(r); err != nil {
			failed = err
		}
	}
	report := providertest.Check(cmd.Context(), subject, o)
	wipe()
	if asJSON {
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetIndent("", "  ")
		failed = enc.Encode(report)
	} else if err := text.End(report); err != nil {
		failed = err
	}
	switch {
	case failed != nil:
		return failed
	case cmd.Context().Err() != nil:
		return cmd.Context().Err()
	case !report.OK():
		return exit(exitFailed)
	}
	return nil
}
