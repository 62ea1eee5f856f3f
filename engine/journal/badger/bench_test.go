package badger_test

import (
	"testing"

	"github.com/filmloom/filmloom/engine/journal/journaltest"
)

func BenchmarkAppendOneRun256(b *testing.B) {
	j := open(b, b.TempDir())
	defer j.Close()
	journaltest.BenchmarkAppend(b, j, 1, 256)
}

func BenchmarkAppend1000Runs(b *testing.B) {
	j := open(b, b.TempDir())
	defer j.Close()
	journaltest.BenchmarkAppend(b, j, 1000, 1000)
}

func BenchmarkAppendOneRunAlone(b *testing.B) {
	j := open(b, b.TempDir())
	defer j.Close()
	journaltest.BenchmarkAppend(b, j, 1, 1)
}

func BenchmarkEvents(b *testing.B) {
	j := open(b, b.TempDir())
	defer j.Close()
	journaltest.BenchmarkEvents(b, j)
}
