package localtts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What to do about a missing engine, and about one whose data is damaged.
const (
	hint   = "apt-get install libflite1 libespeak-ng1 espeak-ng-data"
	repair = "apt-get install --reinstall espeak-ng-data"
)

// cacheVersion names the plugin's version and the libraries that are loaded: their file names, which
// carry their versions, and a digest over the sizes of their files and of espeak-ng's data.
func cacheVersion() string {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return version
	}
	var files []string
	for line := range strings.Lines(string(maps)) {
		at := strings.IndexByte(line, '/')
		if at < 0 {
			continue
		}
		path := strings.TrimSpace(line[at:])
		base := filepath.Base(path)
		if strings.HasPrefix(base, "libflite") || strings.HasPrefix(base, "libespeak-ng.") {
			files = append(files, path)
		}
	}
	if e, err := openEspeak(); err == nil {
		for _, pattern := range []string{"phon*", "intonations", "*_dict"} {
			found, _ := filepath.Glob(filepath.Join(e.data, pattern)) // fails on a bad pattern alone
			files = append(files, found...)
		}
	}
	slices.Sort(files)
	files = slices.Compact(files)
	digest := sha256.New()
	names := []string{version}
	for _, path := range files {
		size := int64(-1)
		if st, err := os.Stat(path); err == nil {
			size = st.Size()
		}
		base := filepath.Base(path)
		fmt.Fprintf(digest, "%s %d\n", base, size)
		if strings.HasPrefix(base, "libflite.") || strings.HasPrefix(base, "libespeak-ng.") {
			names = append(names, base)
		}
	}
	return strings.Join(names, " ") + " " + hex.EncodeToString(digest.Sum(nil))[:12]
}
