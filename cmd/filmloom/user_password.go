package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/filmloom/filmloom/server/identity"
)

// A passwordSource is where a command gets a password from: the terminal unless a flag says otherwise.
type passwordSource struct {
	stdin, generate bool
}

func (p *passwordSource) flags(c *cobra.Command) {
	c.Flags().BoolVar(&p.stdin, "password-stdin", false, "read the password from standard input")
	c.Flags().BoolVar(&p.generate, "generate", false, "make a password and print it")
}

func (p *passwordSource) read(cmd *cobra.Command) (string, error) {
	switch {
	case p.stdin && p.generate:
		return "", usagef("--password-stdin and --generate exclude each other")
	case p.generate:
		return identity.NewPassword(), nil
	case p.stdin:
		return readLine(cmd.InOrStdin())
	}
	return askPassword(cmd)
}

// readLine reads one line, or all if there is no line break.
func readLine(r io.Reader) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(r, 16*identity.MaxPassword))
	if err != nil {
		return "", fmt.Errorf("the password cannot be read: %w", err)
	}
	line, more, _ := strings.Cut(string(raw), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", usagef("--password-stdin: standard input has no password in its first line")
	}
	if more != "" {
		return "", usagef("--password-stdin: standard input has more than one line")
	}
	return line, nil
}

// askPassword asks at the terminal, twice and without showing what is typed.
func askPassword(cmd *cobra.Command) (string, error) {
	in, ok := cmd.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return "", usagef("there is no terminal to ask for the password at; use --password-stdin or --generate")
	}
	first, err := ask(cmd, in, "Password: ")
	if err != nil {
		return "", err
	}
	again, err := ask(cmd, in, "The same again: ")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", errors.New("these were two different passwords; nothing has been done")
	}
	return first, nil
}

// ask reads a line that is not shown. A signal ends it, and the terminal shows what is typed again.
func ask(cmd *cobra.Command, in *os.File, prompt string) (string, error) {
	fd := int(in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("the password cannot be asked for: %w", err)
	}
	type answer struct {
		line []byte
		err  error
	}
	got := make(chan answer, 1)
	fmt.Fprint(cmd.ErrOrStderr(), prompt)
	go func() { // a read of a terminal cannot be ended: after a signal this one ends with the process
		line, err := term.ReadPassword(fd)
		got <- answer{line, err}
	}()
	select {
	case a := <-got:
		fmt.Fprintln(cmd.ErrOrStderr())
		if a.err != nil {
			return "", fmt.Errorf("the password cannot be read: %w", a.err)
		}
		return string(a.line), nil
	case <-cmd.Context().Done():
		fmt.Fprintln(cmd.ErrOrStderr())
		return "", errors.Join(cmd.Context().Err(), term.Restore(fd, before))
	}
}

// tell says what was done. A password that was made is alone on standard output, for scripts.
func (p *passwordSource) tell(cmd *cobra.Command, done, password string) error {
	if !p.generate {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), done)
		return err
	}
	fmt.Fprintln(cmd.ErrOrStderr(), done, "This is the password; it is shown only now:")
	_, err := fmt.Fprintln(cmd.OutOrStdout(), password)
	return err
}
