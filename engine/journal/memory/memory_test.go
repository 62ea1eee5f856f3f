package memory_test

import (
	"testing"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/journaltest"
	"github.com/filmloom/filmloom/engine/journal/memory"
)

func TestJournal(t *testing.T) {
	journaltest.Run(t, func(*testing.T) journal.Journal { return memory.New() })
}
