package youtube

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/filmloom/filmloom/providers"
)

// An upload is how far one is. It is the call's checkpoint, and what is noted of the call.
type upload struct {
	Format  int       `json:"v"`
	Film    string    `json:"film"` // the SHA-256 of its bytes
	Size    int64     `json:"size"` // bytes
	Session string    `json:"session,omitempty"`
	Begun   time.Time `json:"begun,omitzero"`   // the session
	Offset  int64     `json:"offset,omitempty"` // bytes that the vendor has said it has
	// Ending: the last bytes were about to be sent, so that the video may be there.
	Ending bool   `json:"ending,omitempty"`
	ID     string `json:"id,omitempty"` // the video's, once it is there
}

const (
	uploadFormat = 1
	maxNote      = 16 << 10 // bytes
)

// readUpload reads a checkpoint or a note, which may be somebody else's.
func readUpload(raw []byte) (u upload, ok bool) {
	if len(raw) == 0 || len(raw) > maxNote || json.Unmarshal(raw, &u) != nil || u.Format != uploadFormat {
		return upload{}, false
	}
	ok = u.Size > 0 && u.Offset >= 0 && u.Offset <= u.Size && (u.ID == "" || videoID.MatchString(u.ID)) && (u.ID != "" || u.Session != "")
	if !ok {
		return upload{}, false
	}
	return u, true
}

// beyond tells whether u knows more of the same call than the other.
func (u upload) beyond(o upload) bool {
	switch {
	case (u.ID == "") != (o.ID == ""):
		return u.ID != ""
	case u.Session != o.Session:
		return u.Begun.After(o.Begun)
	case u.Ending != o.Ending:
		return u.Ending
	}
	return u.Offset > o.Offset
}

// notes keep how far uploads are, by the idempotency key of their calls: in files, so that it survives the end
// of this process, or where there can be none, in memory.
type notes struct {
	given string // the directory, or ""
	now   func() time.Time

	mu     sync.Mutex
	busy   map[string]chan struct{} // calls in progress, by key
	memory map[string]upload        // what no file could be written of
	pruned time.Time
}

func newNotes(dir string, now func() time.Time) *notes {
	return &notes{given: dir, now: now, busy: map[string]chan struct{}{}, memory: map[string]upload{}}
}

// take waits until no other call has the key. Whoever has it gives it back.
func (n *notes) take(ctx context.Context, key string) (back func(), err error) {
	if key == "" {
		return func() {}, nil
	}
	for {
		n.mu.Lock()
		other, taken := n.busy[key]
		if !taken {
			mine := make(chan struct{})
			n.busy[key] = mine
			n.mu.Unlock()
			return func() {
				n.mu.Lock()
				delete(n.busy, key)
				n.mu.Unlock()
				close(mine)
			}, nil
		}
		n.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// dir is where the notes are, which need not exist.
func (n *notes) dir() (string, error) {
	if n.given != "" {
		return n.given, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "filmloom", "youtube"), nil
}

func (n *notes) path(key string) (string, error) {
	dir, err := n.dir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(dir, hex.EncodeToString(sum[:])+".json"), nil
}

// read gives what is noted of a call. A note that cannot be read is none.
func (n *notes) read(key string) (upload, bool) {
	if key == "" {
		return upload{}, false
	}
	n.mu.Lock()
	u, ok := n.memory[key]
	n.mu.Unlock()
	if ok {
		return u, true
	}
	path, err := n.path(key)
	if err != nil {
		return upload{}, false
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return upload{}, false
	}
	return readUpload(raw)
}

// write notes how far a call is. The error is that of the file; in memory it is noted all the same.
func (n *notes) write(key string, u upload) error {
	if key == "" {
		return nil
	}
	err := n.writeFile(key, u)
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil {
		n.memory[key] = u
		return err
	}
	delete(n.memory, key)
	return nil
}

func (n *notes) writeFile(key string, u upload) error {
	path, err := n.path(key)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(u)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	n.prune(dir)
	f, err := os.CreateTemp(dir, "new-*") // which its owner alone can read
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Close()); err == nil {
		// What the end of the machine could take is in the checkpoint as well.
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// forget drops what is noted of a call.
func (n *notes) forget(key string) error {
	if key == "" {
		return nil
	}
	n.mu.Lock()
	delete(n.memory, key)
	n.mu.Unlock()
	path, err := n.path(key)
	if err != nil {
		return nil // nothing was written
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

const (
	// keptFor is longer than the vendor keeps an unfinished upload.
	keptFor    = 30 * 24 * time.Hour
	pruneEvery = 24 * time.Hour
)

// prune removes notes of uploads that nobody goes on with any more.
func (n *notes) prune(dir string) {
	now := n.now()
	n.mu.Lock()
	due := now.Sub(n.pruned) >= pruneEvery
	if due {
		n.pruned = now
	}
	n.mu.Unlock()
	if !due {
		return
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, f := range files {
		ours := strings.HasSuffix(f.Name(), ".json") || strings.HasPrefix(f.Name(), "new-")
		if at, err := f.Info(); err == nil && ours && at.Mode().IsRegular() && now.Sub(at.ModTime()) > keptFor {
			_ = os.Remove(filepath.Join(dir, f.Name())) // it is tried again tomorrow
		}
	}
}

// known is the most that is known of how far a call is.
func (n *notes) known(call *providers.Call) (upload, bool) {
	u, ok := readUpload(call.Checkpoint)
	if noted, found := n.read(call.IdempotencyKey); found && (!ok || noted.beyond(u)) {
		return noted, true
	}
	return u, ok
}
