package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// confirm asks at the terminal whether something that cannot be undone is to be done, and fails unless the answer is
// yes. what says it, in the form "the user ada". Without a terminal the error says to use --yes.
func confirm(cmd *cobra.Command, what, consequence string) error {
	in, err := terminal(cmd, what)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s\nRemove %s? Type yes: ", consequence, what)
	got := make(chan string, 1)
	go func() { // a read of a terminal cannot be ended: after a signal this one ends with the process
		line, _ := bufio.NewReader(in).ReadString('\n') // its end is no yes
		got <- line
	}()
	select {
	case line := <-got:
		if strings.EqualFold(strings.TrimSpace(line), "yes") {
			return nil
		}
		return errors.New("that was not yes; nothing has been done")
	case <-cmd.Context().Done():
		fmt.Fprintln(cmd.ErrOrStderr())
		return cmd.Context().Err()
	}
}

// terminal is where confirm asks.
func terminal(cmd *cobra.Command, what string) (*os.File, error) {
	in, ok := cmd.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return nil, usagef("there is no terminal to ask at whether to remove %s; pass --yes to remove without being asked", what)
	}
	return in, nil
}
