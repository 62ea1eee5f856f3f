package metrics

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/prometheus/client_golang/prometheus"
)

// parts are what the database is made of on disk, by the extension of the files.
var parts = map[string]string{".sst": "tables", ".vlog": "values", ".mem": "memory"}

// collectDatabase tells how large a database is. Its own Size is 0 where its own metrics are off, and tells
// the length of value logs, which are made much longer than what is in them.
func collectDatabase(ch chan<- prometheus.Metric, db *badgerdb.DB) {
	stale := int64(0)
	for _, level := range db.Levels() {
		ch <- gauge(databaseTables, float64(level.NumTables), strconv.Itoa(level.Level))
		stale += level.StaleDatSize
	}
	ch <- gauge(databaseStale, float64(stale))
	o := db.Opts()
	sizes, err := databaseSizes(o.Dir)
	if err == nil && o.ValueDir != o.Dir {
		var values map[string]int64
		values, err = databaseSizes(o.ValueDir)
		for part, size := range values {
			sizes[part] += size
		}
	}
	if err != nil {
		ch <- prometheus.NewInvalidMetric(databaseSize, err)
		return
	}
	for part, size := range sizes {
		ch <- gauge(databaseSize, float64(size), part)
	}
}

// databaseSizes adds up what the files of a database occupy, by part.
func databaseSizes(dir string) (map[string]int64, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	sizes := map[string]int64{other: 0}
	for _, part := range parts {
		sizes[part] = 0
	}
	for _, f := range files {
		st, err := f.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // a compaction has removed it meanwhile
		}
		if err != nil {
			return nil, err
		}
		part := parts[filepath.Ext(f.Name())]
		if part == "" {
			part = other
		}
		sizes[part] += occupied(st)
	}
	return sizes, nil
}
