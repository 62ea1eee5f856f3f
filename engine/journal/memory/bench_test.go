package memory_test

import (
	"testing"

	"github.com/filmloom/filmloom/engine/journal/journaltest"
	"github.com/filmloom/filmloom/engine/journal/memory"
)

func BenchmarkAppendOneRun256(b *testing.B) { journaltest.BenchmarkAppend(b, memory.New(), 1, 256) }
func BenchmarkAppend1000Runs(b *testing.B)  { journaltest.BenchmarkAppend(b, memory.New(), 1000, 1000) }
func BenchmarkEvents(b *testing.B)          { journaltest.BenchmarkEvents(b, memory.New()) }
