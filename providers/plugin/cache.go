package plugin

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/filmloom/filmloom/providers"
	pb "github.com/filmloom/filmloom/providers/proto"
)

// A descriptionCache keeps what plugins say of themselves, one file for each plugin and key. It is never
// more than a help: what cannot be read is not there, and what cannot be written is left.
type descriptionCache struct {
	dir string // "" keeps nothing
}

const (
	cacheFormat = 1
	maxCached   = 16 << 20 // bytes of one file
	keptOfEach  = 4        // files of one plugin: those of some versions that come and go
)

// A cached description is what a file holds, as JSON. The digest is there because a file may be cut
// short by a full disk or changed by a bad one, and still be JSON.
type cached struct {
	Format      int             `json:"filmloom_description"`
	Protocol    int             `json:"protocol"`
	Plugin      string          `json:"plugin"`
	Key         string          `json:"key"`
	SHA256      string          `json:"sha256"`      // of the description, as it stands here
	Description json.RawMessage `json:"description"` // the message of the protocol
}

// stem is what the names of a plugin's files begin with. What the file holds tells whether it is the one.
func (c descriptionCache) stem(plugin string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, plugin)
	return safe[:min(len(safe), 64)] + "-"
}

func (c descriptionCache) path(plugin, key string) string {
	return filepath.Join(c.dir, c.stem(plugin)+key+".json")
}

// load finds a plugin's description.
func (c descriptionCache) load(plugin, key string) (providers.Description, bool) {
	var none providers.Description
	if c.dir == "" {
		return none, false
	}
	path := c.path(plugin, key)
	st, err := os.Lstat(path)
	if err != nil || !st.Mode().IsRegular() || st.Size() > maxCached {
		return none, false
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return none, false
	}
	return decodeCached(plugin, key, raw)
}

func decodeCached(plugin, key string, raw []byte) (providers.Description, bool) {
	var none providers.Description
	var file cached
	if json.Unmarshal(raw, &file) != nil || file.Format != cacheFormat || file.Protocol != protocolVersion ||
		file.Plugin != plugin || file.Key != key || file.SHA256 != sum(file.Description) {
		return none, false
	}
	var message pb.Description
	if protojson.Unmarshal(file.Description, &message) != nil {
		return none, false
	}
	d, err := descriptionFromWire(&message)
	return d, err == nil
}

// store keeps a plugin's description. It is there wholly or not at all.
func (c descriptionCache) store(plugin, key string, d providers.Description) {
	if c.dir == "" {
		return
	}
	raw, err := encodeCached(plugin, key, d)
	if err != nil || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	f, err := os.CreateTemp(c.dir, "new-*") // mode 0600
	if err != nil {
		return
	}
	_, err = f.Write(raw)
	if err = cmp.Or(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), c.path(plugin, key))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return
	}
	c.prune(plugin)
}

func encodeCached(plugin, key string, d providers.Description) ([]byte, error) {
	message, err := descriptionToWire(d)
	if err != nil {
		return nil, err
	}
	written, err := protojson.Marshal(message)
	if err != nil {
		return nil, err
	}
	var compact bytes.Buffer // protojson varies its spaces on purpose
	if err := json.Compact(&compact, written); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // which would change the description after its digest
	err = e.Encode(cached{
		Format: cacheFormat, Protocol: protocolVersion, Plugin: plugin, Key: key,
		SHA256: sum(compact.Bytes()), Description: compact.Bytes(),
	})
	return out.Bytes(), err
}

// prune removes all but the newest files of a plugin.
func (c descriptionCache) prune(plugin string) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	stem := c.stem(plugin)
	var files []fs.FileInfo
	for _, e := range entries {
		key, ok := strings.CutPrefix(e.Name(), stem)
		key, isJSON := strings.CutSuffix(key, ".json")
		if !ok || !isJSON || len(key) != hex.EncodedLen(sha256.Size) || !e.Type().IsRegular() {
			continue
		}
		if st, err := e.Info(); err == nil {
			files = append(files, st)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for _, st := range files[min(len(files), keptOfEach):] {
		_ = os.Remove(filepath.Join(c.dir, st.Name()))
	}
}

func sum(b []byte) string {
	digest := sha256.Sum256(b)
	return hex.EncodeToString(digest[:])
}
