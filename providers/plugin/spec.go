package plugin

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	goplugin "github.com/hashicorp/go-plugin"

	"github.com/filmloom/filmloom/providers"
)

// A Spec says how to start a plugin.
//
// Of the host's environment the process gets what a program needs to run on this machine and in this
// language, and nothing else: PATH, HOME, USER, LOGNAME, SHELL, TMPDIR, TZ, LANG, LANGUAGE, LC_*,
// XDG_*, FONTCONFIG_*, SSL_CERT_FILE, SSL_CERT_DIR, HTTP_PROXY, HTTPS_PROXY, NO_PROXY, ALL_PROXY (also
// in lower case), LD_LIBRARY_PATH, DYLD_LIBRARY_PATH, GODEBUG, GOMAXPROCS, GOMEMLIMIT, GOGC, GOTRACEBACK and
// GOCOVERDIR. A secret reaches a plugin through its configuration.
type Spec struct {
	// Name is the plugin's name, for messages and for [Commands]. Default: the executable's file name.
	Name string
	// Command is the executable and its arguments. A name without a slash is looked up in PATH.
	Command []string
	// PassEnv names further variables of the host that the plugin gets.
	PassEnv []string
	// Env holds variables for the plugin as "NAME=value"; they win over the host's.
	Env []string
	// SHA256 is the lower-case hex digest that the executable must have at each start; "" means any.
	SHA256 string
	// NoTLS leaves the private socket unencrypted, for plugins that cannot do mutual TLS.
	NoTLS bool
	// Description, when set, is what Describe answers, without starting the process.
	Description *providers.Description
	// StartTimeout bounds a start up to the handshake. Default: 30 s.
	StartTimeout time.Duration
	// IdleAfter is how long the process is kept without calls; it starts again when needed.
	// Default: 10 min. Negative keeps it until Shutdown.
	IdleAfter time.Duration
}

var passedOn = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
	"GODEBUG", "GOMAXPROCS", "GOMEMLIMIT", "GOGC", "GOTRACEBACK", "GOCOVERDIR",
}

var passedOnPrefixes = []string{"LC_", "XDG_", "FONTCONFIG_"}

// environment gives the plugin's variables, but for those of the handshake.
func (s Spec) environment() []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if slices.Contains(passedOn, name) || slices.Contains(s.PassEnv, name) ||
			slices.ContainsFunc(passedOnPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			env = append(env, kv)
		}
	}
	return append(env, s.Env...)
}

// resolved gives the spec with defaults filled in and the executable's absolute path as Command[0].
func (s Spec) resolved() (Spec, error) {
	if len(s.Command) == 0 || s.Command[0] == "" {
		return s, startFailure(s.Name, "has no command", "Name its executable, as in command = [\"./acme-plugin\"].", nil)
	}
	if s.Name == "" {
		s.Name = filepath.Base(s.Command[0])
	}
	if s.StartTimeout == 0 {
		s.StartTimeout = 30 * time.Second
	}
	if s.IdleAfter == 0 {
		s.IdleAfter = 10 * time.Minute
	}
	if s.SHA256 != "" {
		if sum, err := hex.DecodeString(s.SHA256); err != nil || len(sum) != sha256.Size {
			return s, startFailure(s.Name, fmt.Sprintf("has the digest %q, which is not a SHA-256 in hex", s.SHA256),
				"Write the 64 digits that sha256sum prints.", nil)
		}
	}
	path, err := exec.LookPath(s.Command[0])
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return s, startFailure(s.Name, "cannot be started: "+whyNotRunnable(s.Command[0], err),
			"Check the path of its executable and that the file may be executed.", err)
	}
	s.Command = append([]string{path}, s.Command[1:]...)
	return s, nil
}

// whyNotRunnable words the failures of looking a program up and of starting it.
func whyNotRunnable(path string, err error) string {
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Sprintf("there is no program %q on the PATH", path)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("there is no program %q, or its interpreter is missing", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("%q may not be executed", path)
	}
	return err.Error()
}

// checkDigest compares the executable with the digest that the spec demands.
func (s Spec) checkDigest() error {
	if s.SHA256 == "" {
		return nil
	}
	sum, err := hex.DecodeString(s.SHA256)
	if err != nil {
		return err
	}
	// The hash keeps what it has seen, so each check needs a new one.
	secure := goplugin.SecureConfig{Checksum: sum, Hash: sha256.New()}
	same, err := secure.Check(s.Command[0])
	if err != nil {
		return startFailure(s.Name, fmt.Sprintf("cannot be checked: %v", err), "", err)
	}
	if !same {
		return startFailure(s.Name, fmt.Sprintf("was not started: the SHA-256 of %s is not %s", s.Command[0], s.SHA256),
			"If the program was updated on purpose, update sha256 in its plugin block.", nil)
	}
	return nil
}

// startFailure is the error for a plugin that cannot be started.
func startFailure(name, what, hint string, cause error) *providers.Error {
	return &providers.Error{
		Kind: providers.KindUnavailable, Message: fmt.Sprintf("plugin %s %s", name, what), Hint: hint, Err: cause,
	}
}
