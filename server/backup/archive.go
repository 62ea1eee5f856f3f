package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/filmloom/filmloom/engine/artifact"
)

// The format. A change that older programs would misread needs a new version.
const (
	format  = "filmloom-backup"
	version = 1
)

// The members of an archive, in their order.
const (
	headerName  = "backup.json"
	databaseDir = "database/"
	artifactDir = "artifacts/sha256/"
	filesDir    = "files/"
	summaryName = "summary.json"
	sumsName    = "SHA256SUMS"
)

// The bounds of what is read and written.
const (
	chunkSize   = 4 << 20                   // bytes of records after which a member of the database ends
	maxKey      = 65000                     // bytes, as Badger has it
	maxValue    = 16 << 20                  // bytes, as the journal's options have it
	maxFrame    = maxKey + maxValue + 1<<10 // bytes
	maxChunk    = chunkSize + maxFrame + 8  // bytes
	maxFile     = 1 << 20                   // bytes of a file of the data directory itself
	maxFiles    = 100                       // of those
	maxFileName = 100                       // bytes
	maxName     = 200                       // bytes of a member's name
	maxHeader   = 64 << 10                  // bytes
	maxSummary  = 64 << 20                  // bytes
	maxWindow   = 8 << 20                   // bytes of memory that an archive may ask for to be unpacked
	sumLine     = 64 + 2 + 1                // bytes of a line of SHA256SUMS beside the name
)

// What may be wrong with an archive, or with where it is restored to. Errors wrap these.
var (
	// ErrDamaged: the archive is not as it was written.
	ErrDamaged = errors.New("the backup is damaged")
	// ErrFormat: it is no backup of ours, or one that this program does not know.
	ErrFormat = errors.New("this is not a backup that can be read")
	// ErrNotEmpty: the directory has something in it.
	ErrNotEmpty = errors.New("the directory is not empty")
	// ErrBusy: another restore into the same directory is under way.
	ErrBusy = errors.New("another restore into the directory is under way")
)

// A header is what an archive begins with.
type header struct {
	Format   string    `json:"format"`
	Version  int       `json:"version"`
	Filmloom string    `json:"filmloom"`
	Created  time.Time `json:"created"`
}

// A Summary says what a backup has.
type Summary struct {
	Filmloom string    `json:"-"` // the version of the program that wrote it
	Created  time.Time `json:"-"`

	Records       int      `json:"records"`
	RecordBytes   int64    `json:"record_bytes"`
	Artifacts     int      `json:"artifacts"`
	ArtifactBytes int64    `json:"artifact_bytes"`
	Files         []string `json:"files"` // of the data directory itself: its keys, if they are not left out
	// Damaged are the artifacts whose bytes were not right, or could not be read, when the backup was made.
	// They are not restored.
	Damaged []string `json:"damaged"`
	// Vanished counts artifacts that were removed while the backup was made, because nothing referred to them
	// any more.
	Vanished int `json:"vanished"`

	// Missing are artifacts that runs refer to and the backup does not have. Restore always looks for them, Write
	// if it has a journal.
	Missing []string `json:"-"`
	// Unreadable are the runs whose records are damaged. Restore looks for them, and Write if it has a journal.
	Unreadable []string `json:"-"`
}

// HasKeys tells whether the backup has secret keys.
func (s Summary) HasKeys() bool { return slices.ContainsFunc(s.Files, isKey) }

// Options are how a backup is written, restored or checked. The zero value is useful.
type Options struct {
	// WithoutKeys leaves the secret keys of the data directory out.
	WithoutKeys bool
	// Filmloom is the version of this program, to be noted.
	Filmloom string
	// Progress, when not nil, is told how far it is, often. It must return soon.
	Progress func(Progress)
}

// Progress is how far it is.
type Progress struct {
	Stage string // "records", "files" or "check"
	Done  int    // records or files
	Bytes int64  // of them
	Of    int64  // bytes of all of them, as far as that is known; otherwise 0
}

func (o Options) tell(p Progress) {
	if o.Progress != nil {
		o.Progress(p)
	}
}

// isKey tells whether a file of the data directory is secret, by its name.
func isKey(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"key", "secret", "token", "password", ".pem"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// artifactName is where an artifact is in an archive: where it lies in a data directory.
func artifactName(sum string) string { return artifactDir + sum[:2] + "/" + sum }

// readArtifactName is the digest that the name of an artifact's member has.
func readArtifactName(name string) (sum string, ok bool) {
	sum = path.Base(name)
	return sum, artifact.ValidDigest(sum) && name == artifactName(sum)
}

// validFile tells whether the name of a file of the data directory is harmless.
func validFile(name string) bool {
	return name != "" && len(name) <= maxFileName && name != "." && fs.ValidPath(name) && !strings.ContainsAny(name, "/\\\x00") &&
		!strings.HasPrefix(name, restoring) && name != "journal" && name != "artifacts"
}

func damagedf(text string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(text, args...))
}

func encode(v any) []byte {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic("backup: " + err.Error()) // a struct of texts and numbers
	}
	return append(raw, '\n')
}
