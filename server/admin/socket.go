package admin

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

const (
	socketName = "admin.sock"
	newSuffix  = ".new" // of a socket that does not listen yet
)

// longestPath is what the system takes for a socket, in bytes.
const longestPath = len(syscall.RawSockaddrUnix{}.Path) - 1

// socketOf is where the socket of a data directory is: in the directory, or where a link there leads to when
// the path would be too long for the system.
func socketOf(dir string) string {
	path := filepath.Join(dir, socketName)
	if target, err := os.Readlink(path); err == nil {
		return target
	}
	return path
}

// A socket listens for a data directory.
type socket struct {
	*net.UnixListener
	path string // in the data directory, absolute
	away string // the short directory that the socket is in, or ""
}

// listen makes the socket of a data directory, which is created when it is missing.
func listen(dir string) (*socket, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be made: %w", err)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("the data directory cannot be found: %w", err)
	}
	s := &socket{path: filepath.Join(abs, socketName)}
	if err := clearStale(abs); err != nil {
		return nil, err
	}
	at := s.path + newSuffix
	if len(at) > longestPath {
		if s.away, err = shortDir(); err != nil {
			return nil, err
		}
		at = filepath.Join(s.away, socketName)
	}
	if err := s.open(at); err != nil {
		return nil, errors.Join(fmt.Errorf("the socket for commands cannot be made: %w", err), s.Close())
	}
	return s, nil
}

// open listens, and only then shows the socket in the data directory: nobody sees one that does not answer.
func (s *socket) open(at string) error {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: at, Net: "unix"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	s.UnixListener = l
	if err := os.Chmod(at, 0o600); err != nil {
		return err
	}
	if s.away != "" {
		if err := os.Symlink(at, s.path+newSuffix); err != nil {
			return err
		}
	}
	return os.Rename(s.path+newSuffix, s.path)
}

// Close ends listening and removes the socket.
func (s *socket) Close() error {
	var problems []error
	if s.UnixListener != nil {
		if err := s.UnixListener.Close(); !errors.Is(err, net.ErrClosed) {
			problems = append(problems, err)
		}
	}
	paths := []string{s.path + newSuffix, s.path}
	if s.away != "" {
		paths = append(paths, filepath.Join(s.away, socketName), s.away)
	}
	for _, path := range paths {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

// shortDir makes a directory of this user alone whose path leaves room for a socket. Its name is random, so
// that nobody else can be there first; the link in the data directory leads to it.
func shortDir() (string, error) {
	var problems []error
	for _, parent := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		const room = len("/filmloom-0123456789/" + socketName)
		if !filepath.IsAbs(parent) || len(parent)+room > longestPath {
			continue
		}
		dir, err := os.MkdirTemp(parent, "filmloom-") // of mode 0700
		if err == nil {
			return dir, nil
		}
		problems = append(problems, err)
	}
	return "", fmt.Errorf("the path of the data directory is too long for a socket, and no temporary directory can be used instead: %w", errors.Join(problems...))
}

// clearStale removes what a process that was killed has left in a data directory. The error is ErrRunning
// when something answers there.
func clearStale(dir string) error {
	for _, name := range []string{socketName, socketName + newSuffix} {
		path := filepath.Join(dir, name)
		at := path
		if target, err := os.Readlink(path); err == nil {
			at = target
		}
		found, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return fmt.Errorf("the socket for commands cannot be looked at: %w", err)
		case found.Mode().Type() != fs.ModeSocket && found.Mode().Type() != fs.ModeSymlink:
			return fmt.Errorf("%s is in the way of the socket for commands; move it away", path)
		}
		if c, err := dial(at); err == nil {
			return errors.Join(ErrRunning, c.Close())
		} else if !gone(err) {
			return fmt.Errorf("the socket for commands cannot be tried: %w", err)
		}
		if at != path {
			removeAway(at)
		}
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("the socket that an earlier filmloom has left cannot be removed: %w", err)
		}
	}
	return nil
}

// removeAway removes a socket and the short directory that it was in, as far as they are that.
func removeAway(at string) {
	if found, err := os.Lstat(at); err == nil && found.Mode().Type() == fs.ModeSocket {
		_ = os.Remove(at)
	}
	if dir := filepath.Dir(at); filepath.IsAbs(at) && filepath.Base(at) == socketName {
		_ = os.Remove(dir) // only when it is empty
	}
}

func dial(at string) (*net.UnixConn, error) {
	if len(at) > longestPath {
		return nil, syscall.ENOENT // no socket can be there
	}
	return net.DialUnix("unix", nil, &net.UnixAddr{Name: at, Net: "unix"})
}

// gone tells whether nobody listens, from the error of a dial.
func gone(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR)
}
