package secrets

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// FileName is the name of the root key's file in the data directory: one line, as [Parse] reads it.
const FileName = "secret.key"

// Parse reads a root key as people write it: 64 hexadecimal digits, or Base64 of Size bytes in either
// alphabet, with or without padding. White space around it does not count. The error wraps [ErrKey].
//
//	openssl rand -base64 32
func Parse(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if len(text) == 2*Size {
		if key, err := hex.DecodeString(text); err == nil {
			return key, nil
		}
	}
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	key, err := base64.RawStdEncoding.Strict().DecodeString(plain)
	if err != nil || len(key) != Size || strings.ContainsAny(text, "\r\n") {
		return nil, fmt.Errorf("%w: it must be %d random bytes as Base64 or hexadecimal digits; make one with: openssl rand -base64 %d", ErrKey, Size, Size)
	}
	return key, nil
}

// kept reads the root key's file, which is made first when it is missing.
func kept(dir string) ([]byte, error) {
	path := filepath.Join(dir, FileName)
	key, err := read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := establish(dir, path); err != nil {
		return nil, fmt.Errorf("the server's secret key cannot be made: %w", err)
	}
	return read(path) // what another process has made meanwhile counts, not ours
}

func read(path string) (key []byte, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe must not keep the start waiting
	if err != nil {
		return nil, fmt.Errorf("the server's secret key cannot be read: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("the server's secret key cannot be read: %w", err)
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a file", ErrKey, path)
	}
	if mode := st.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%w: others can get at %s (its mode is %#o); if nobody has, run: chmod 600 %s", ErrKey, path, mode, path)
	}
	text, err := io.ReadAll(io.LimitReader(f, 1<<10))
	if err != nil {
		return nil, fmt.Errorf("the server's secret key cannot be read: %w", err)
	}
	if key, err = Parse(string(text)); err != nil {
		return nil, fmt.Errorf("%w: %s is damaged; bring it back from a backup, or remove it to begin with a new key, without which the secrets that are stored now cannot be read", ErrKey, path)
	}
	return key, nil
}

// establish makes the file with a new key, unless somebody else does at the same time. A link, unlike a rename,
// never replaces a file that is there.
func establish(dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp := path + "." + rand.Text()
	err := write(tmp)
	if err == nil {
		err = os.Link(tmp, path)
		if errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	if gone := os.Remove(tmp); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	if err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// write makes a durable file with a new key that only its owner can read.
func write(path string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	key := make([]byte, Size)
	_, _ = rand.Read(key) // never fails
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	return errors.Join(err, f.Sync())
}
