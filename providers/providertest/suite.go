package providertest

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/plugin"
)

// A check tries one promise.
type check struct {
	group, name string
	promise     string
	commands    bool // of plugins in a process of their own only
	try         func(ctx context.Context, s *suite, v *verdict)
}

// allChecks lists the suite in order. It is filled in by init, since the checks look at it themselves.
var allChecks []check

func init() {
	allChecks = []check{
		{"start", "start", "It starts, shakes hands and describes itself.", true, checkStart},

		{"description", "describe", "It describes itself the same each time, at once and without a configuration.", false, checkDescribe},
		{"description", "names", "Its name, its version and the names of its capabilities are well-formed.", false, checkNames},
		{"description", "schemas", "Types, defaults, allowed values and bounds of every schema go together.", false, checkSchemas},
		{"description", "contracts", "A capability of a known name takes and gives what is known of it.", false, checkContracts},

		{"configuration", "empty", "Without settings it is ready, or says why not and what mends it.", false, checkEmptyConfig},
		{"configuration", "given", "With the settings given it is ready, and the examples fit it.", false, checkGivenConfig},
		{"configuration", "wrong-type", "A setting of a wrong type is refused, and harms nothing.", false, checkWrongConfig},
		{"configuration", "unknown-setting", "A setting that it does not have harms nothing.", false, checkUnknownSetting},

		{"estimates", "estimate", "It estimates with the whole input, with a part of it and with none.", false, checkEstimate},

		{"calls", "unknown-capability", "A call of what it does not serve is invalid input.", false, checkUnknownCapability},
		{"calls", "broken-input", "An input that is no JSON object is invalid input, and a wrong type does no harm.", false, checkBrokenInput},
		{"calls", "result", "A result fits its schema, its files lie in the work directory and can be read.", false, checkResult},
		{"calls", "progress", "Progress goes from 0 to 1 and never back.", false, checkProgress},
		{"calls", "cancel", "A cancelled call ends within a second and leaves nothing running.", false, checkCancel},
		{"calls", "deadline", "A call whose time is over ends within a second.", false, checkDeadline},
		{"calls", "parallel", "Calls run side by side without touching each other's files.", false, checkParallel},
		{"calls", "repeatable", "What claims to be deterministic gives the same bytes twice.", false, checkRepeatable},
		{"calls", "checkpoint", "A call goes on from the checkpoint of an earlier attempt.", false, checkCheckpoint},
		{"calls", "oversized", "A text of 5 MB does not bring it down.", false, checkOversized},
		{"calls", "missing-file", "An input file that is not there is an error that says so.", false, checkMissingFile},
		{"calls", "secrets", "Secrets appear in no error, no log and no result.", false, checkSecrets},

		{"process", "by-hand", "Started by hand it says what it is and ends.", true, checkByHand},
		{"process", "handshake", "It writes one line to its standard output, as the protocol says.", true, checkHandshake},
		{"process", "health", "It answers for its health, and ends when its controller is told to.", true, checkHealth},
		{"process", "lifeline", "It ends with everything it started when its lifeline ends.", true, checkLifeline},
		{"process", "tls", "It serves mutual TLS.", true, checkTLS},
		{"process", "plaintext", "It serves without TLS when the host asks for none.", true, checkPlaintext},
		{"process", "killed", "When it is killed the call fails as crashed, and the next one works.", true, checkKilled},
		{"process", "sigterm", "It leaves SIGTERM to its host.", true, checkSIGTERM},
		{"process", "host-killed", "When its host is killed no process and no socket is left.", true, checkHostKilled},
		{"process", "clean-disk", "When its host ends in order no process and no socket is left.", true, checkCleanDisk},
		{"process", "log", "What it writes to its standard error reaches the host's log.", true, checkLog},

		{"end", "shutdown", "It shuts down in order, and its process is gone.", false, checkShutdown},
	}
}

// Check tries everything and says what came of it. The context ends the checks early.
func Check(ctx context.Context, subject Subject, o Options) Report {
	s := newSuite(subject, o)
	defer s.close()
	report := Report{Subject: subject.name, Complete: true}
	for _, c := range s.checks() {
		if ctx.Err() != nil {
			break
		}
		if o.Begun != nil {
			o.Begun(c.group, c.name)
		}
		result := s.try(ctx, c)
		if ctx.Err() != nil {
			break // what came of it says nothing
		}
		report.add(result)
		if o.Done != nil {
			o.Done(result)
		}
	}
	report.Complete = ctx.Err() == nil
	if s.described != nil {
		report.Name, report.Version = s.described.Name, s.described.Version
	}
	report.Cost = s.cost()
	return report
}

// Run tries everything on providers in this process, each check as a subtest. The function makes a new,
// unconfigured provider whenever it is called.
func Run(t *testing.T, newProvider func() (providers.Provider, error), o Options) {
	t.Helper()
	run(t, InProcess(newProvider), o)
}

// RunCommand is like [Run], of a plugin's command. TestMain should begin with [HostMain].
func RunCommand(t *testing.T, spec plugin.Spec, o Options) {
	t.Helper()
	run(t, Command(spec), o)
}

func run(t *testing.T, subject Subject, o Options) {
	t.Helper()
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	s := newSuite(subject, o)
	defer s.close()
	for _, c := range s.checks() {
		t.Run(c.group+"/"+c.name, func(t *testing.T) {
			result := s.try(t.Context(), c)
			switch details := strings.Join(result.Details, "\n"); result.Outcome {
			case Fail:
				t.Errorf("%s\n%s", c.promise, details)
			case Skip:
				t.Skip(details)
			case Pass:
				if details != "" {
					t.Log(details)
				}
			}
		})
	}
}

func (s *suite) checks() []check {
	var chosen []check
	for _, c := range allChecks {
		if s.options.chosen(c) && (!c.commands || s.subject.spec != nil) {
			chosen = append(chosen, c)
		}
	}
	return chosen
}

// try makes one check. A provider that panics in this process fails it.
func (s *suite) try(ctx context.Context, c check) Result {
	began := time.Now()
	v := &verdict{}
	func() {
		defer func() {
			if r := recover(); r != nil {
				v.failf("it panicked: %v, at %s", r, panicPlace(string(debug.Stack())))
			}
		}()
		c.try(ctx, s, v)
	}()
	r := Result{Group: c.group, Name: c.name, Promise: c.promise, Took: time.Since(began)}
	r.Outcome, r.Details = v.outcome()
	return r
}

// panicPlace finds the line of a stack that panicked.
func panicPlace(stack string) string {
	_, rest, _ := strings.Cut(stack, "panic(")
	lines := strings.Split(rest, "\n")
	if len(lines) < 4 {
		return "an unknown place"
	}
	return strings.TrimSpace(lines[3])
}

// A verdict collects what a check finds, often about several capabilities.
type verdict struct {
	passed                 bool
	failures, skips, notes []string
}

// ok notes that something was tried and went well.
func (v *verdict) ok() { v.passed = true }

func (v *verdict) failf(format string, args ...any) {
	v.failures = append(v.failures, oneLine(fmt.Sprintf(format, args...)))
}

func (v *verdict) skipf(format string, args ...any) {
	v.skips = append(v.skips, oneLine(fmt.Sprintf(format, args...)))
}

// none notes that something cannot be tried of a capability. Those with one reason are told together.
func (v *verdict) none(reason, capability string) {
	for i, s := range v.skips {
		if strings.HasPrefix(s, reason+" ") {
			v.skips[i] += ", " + capability
			return
		}
	}
	v.skips = append(v.skips, reason+" "+capability)
}

func (v *verdict) notef(format string, args ...any) {
	v.notes = append(v.notes, oneLine(fmt.Sprintf(format, args...)))
}

// outcome: one failure fails, and a check of which nothing could be tried was skipped.
func (v *verdict) outcome() (Outcome, []string) {
	switch {
	case len(v.failures) > 0:
		return Fail, v.failures
	case !v.passed && len(v.skips) > 0:
		return Skip, v.skips
	}
	return Pass, append(v.notes, v.skips...)
}

// oneLine is a text without line breaks, and not endless.
func oneLine(text string) string {
	const most = 600
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
