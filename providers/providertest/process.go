package providertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/filmloom/filmloom/providers"
)

func checkStart(ctx context.Context, s *suite, v *verdict) {
	if _, err := s.describe(ctx); err != nil {
		v.failf("%s", said(err))
		return
	}
	v.ok()
}

// started skips a check of something that does not start at all.
func (s *suite) started(ctx context.Context, v *verdict) bool {
	if _, err := s.describe(ctx); err != nil {
		v.skipf("it does not start")
		return false
	}
	return true
}

func checkTLS(ctx context.Context, s *suite, v *verdict) {
	switch {
	case !s.started(ctx, v):
	case s.subject.spec.NoTLS:
		v.skipf("it is checked without TLS")
	default:
		v.ok() // the other checks speak with it over TLS
	}
}

func checkPlaintext(ctx context.Context, s *suite, v *verdict) {
	if !s.started(ctx, v) {
		return
	}
	spec := *s.subject.spec
	spec.NoTLS = true
	plain := newSuite(Command(spec), Options{})
	defer plain.close()
	v.ok()
	if _, err := plain.describe(ctx); err != nil {
		v.failf("%s", said(err))
	}
}

// exchange asks a running plugin for something small, which starts it when it does not run.
func (s *suite) exchange(ctx context.Context, p *opened) answer {
	return s.call(ctx, p, request{capability: strange, input: json.RawMessage("{}")})
}

// checkKilled stops the process, so that a call must still be in flight when it is killed.
func checkKilled(ctx context.Context, s *suite, v *verdict) {
	if !s.started(ctx, v) {
		return
	}
	const tries = 4
	for try := range tries {
		inFlight, err := s.killDuringCall(ctx, v, 50*time.Millisecond<<try)
		switch {
		case err != nil:
			v.failf("%s", said(err))
			return
		case inFlight:
			v.ok()
			return
		}
	}
	v.skipf("the call was never in flight in time; this machine is too busy")
}

// killDuringCall tells whether the call had reached the process when that was killed.
func (s *suite) killDuringCall(ctx context.Context, v *verdict, wait time.Duration) (inFlight bool, err error) {
	p, err := s.openConfigured(ctx)
	if err != nil { // it can be killed without being ready
		if p, err = s.open(ctx); err != nil {
			return false, err
		}
	}
	defer func() { _ = p.shutdown() }()
	s.exchange(ctx, p)
	pid := p.log.process()
	if pid == 0 {
		return false, errors.New("its process is not known")
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return false, err
	}
	began := make(chan struct{})
	answered := make(chan answer, 1)
	go func() {
		answered <- s.call(ctx, p, request{capability: strange, input: json.RawMessage("{}"), began: began})
	}()
	<-began
	timer := time.NewTimer(wait) // nobody tells when the request has been sent
	defer timer.Stop()
	<-timer.C
	_ = syscall.Kill(pid, syscall.SIGKILL)
	a := <-answered
	kind := providers.AsError(a.err)
	switch {
	case a.stuck:
		return false, errors.New("the call does not return when the process is killed")
	case kind == nil || kind.Kind == providers.KindInvalidInput:
		return false, nil // the call came after the kill, and a new process answered
	case kind.Kind != providers.KindCrashed:
		v.failf("the call fails as %s", kinded(a.err))
	}
	next := s.exchange(ctx, p)
	v.invalid("the next call", next)
	if p.log.process() == pid {
		v.failf("the next call was made in no new process")
	}
	return true, nil
}

func checkSIGTERM(ctx context.Context, s *suite, v *verdict) {
	if !s.started(ctx, v) {
		return
	}
	p, err := s.open(ctx)
	if err != nil {
		v.failf("%s", said(err))
		return
	}
	defer func() { _ = p.shutdown() }()
	s.exchange(ctx, p)
	pid := p.log.process()
	v.ok()
	_ = syscall.Kill(pid, syscall.SIGTERM)
	// One that ends may need a moment for that. One that stays gives no sign.
	ended := eventually(500*time.Millisecond, func() bool { return !alive(pid) })
	a := s.exchange(ctx, p)
	if ended || p.log.process() != pid || a.stuck || fault(a.err) != "" {
		v.failf("it ends at SIGTERM, which a service manager sends to every process of a server; calls in flight would be lost")
	}
}

func checkLog(ctx context.Context, s *suite, v *verdict) {
	if !s.started(ctx, v) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	heard := 0
	for _, o := range s.all {
		heard += o.log.heard()
	}
	if heard == 0 {
		v.skipf("it wrote nothing while it was checked")
		return
	}
	v.ok()
	v.notef("%d lines", heard)
}

func checkShutdown(ctx context.Context, s *suite, v *verdict) {
	p, err := s.provider(ctx)
	if err != nil {
		if p, err = s.open(ctx); err == nil {
			_, err = p.Describe(ctx)
		}
	}
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	v.ok()
	pid := p.log.process()
	began := time.Now()
	if err := p.shutdown(); err != nil {
		v.failf("%s", said(err))
	}
	if bytes.Contains([]byte(p.log.text()), []byte("did not shut down cleanly")) {
		v.failf("it did not shut down in order within %v: %s", time.Since(began).Round(time.Millisecond), lastLine(p.log.text()))
	}
	if pid != 0 && alive(pid) {
		v.failf("process %d still runs", pid)
	}
}

func lastLine(text string) string {
	lines := bytes.Split([]byte(text), []byte("\n"))
	return string(lines[len(lines)-1])
}

// alive tells whether a process runs; a zombie does not.
func alive(pid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return syscall.Kill(pid, 0) == nil && !errors.Is(err, os.ErrNotExist)
	}
	fields := stat(raw)
	return len(fields) > 0 && fields[0] != "Z" && fields[0] != "X"
}

// stat gives the fields of /proc/PID/stat that follow the name: state, parent, group.
func stat(raw []byte) []string {
	var fields []string
	for _, f := range bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:]) {
		fields = append(fields, string(f))
	}
	return fields
}

// members lists the living processes of a plugin's group but for itself. Only Linux tells.
func members(group int) []int {
	if group == 0 {
		return nil
	}
	var found []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // a fixed pattern is never wrong
	for _, name := range stats {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		raw, err := os.ReadFile(name)
		if err != nil || pid == group {
			continue
		}
		if f := stat(raw); len(f) > 2 && f[2] == strconv.Itoa(group) && f[0] != "Z" && f[0] != "X" {
			found = append(found, pid)
		}
	}
	return found
}

// remaining lists the members of a group that were not there before, once they had a second to end.
func remaining(group int, before []int) []int {
	var left []int
	eventually(time.Second, func() bool {
		left = slices.DeleteFunc(members(group), func(pid int) bool { return slices.Contains(before, pid) })
		return len(left) == 0
	})
	return left
}

// eventually polls what processes do that are not ours, for which there is no signal to wait on.
func eventually(patience time.Duration, ok func() bool) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(patience)
	defer late.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late.C:
			return ok()
		}
	}
	return true
}
