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

// cacheVersion names the plugin's version and the libraries that are loaded: their file names, which
// carry their versions, and a digest over the sizes of their files.
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
