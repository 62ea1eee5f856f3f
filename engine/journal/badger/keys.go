package badger

import (
	"bytes"
	"encoding/binary"

	"github.com/filmloom/filmloom/engine/journal"
)

// The kinds of keys. Each follows the journal's prefix; no name contains a NUL, so NUL ends one.
const (
	kindHeader   = 'r' // r <id>                               → header
	kindFrozen   = 'f' // f <id>                               → Run.Frozen
	kindEvent    = 'e' // e <id> 00 <seq>                      → event
	kindOutcome  = 'o' // o <scope> 00 <key>                   → outcome
	kindIndex    = 'i' // i <index> <value> 00 <ordinal>       → id of the run
	kindDeletion = 'd' // d <id>                               → lineage whose outcomes go too, after a 1; or 0
	kindOrdinal  = 'n' // n                                    → the last ordinal given
)

// The indexes of runs: each lists the runs with one value of a field in the order of creation.
const (
	byCreation = 'a'
	byPipeline = 'p'
	byState    = 's'
	byLineage  = 'l'
)

func (j *Journal) key(kind byte, parts ...string) []byte {
	size := len(j.prefix) + 1
	for _, p := range parts {
		size += 1 + len(p)
	}
	return j.appendKey(make([]byte, 0, size+8), kind, parts...) // with room for a number
}

func (j *Journal) appendKey(dst []byte, kind byte, parts ...string) []byte {
	dst = append(append(dst, j.prefix...), kind)
	for i, p := range parts {
		if i > 0 {
			dst = append(dst, 0)
		}
		dst = append(dst, p...)
	}
	return dst
}

func (j *Journal) headerKey(id string) []byte { return j.key(kindHeader, id) }
func (j *Journal) frozenKey(id string) []byte { return j.key(kindFrozen, id) }

// eventsKey is what all of a run's events begin with.
func (j *Journal) eventsKey(id string) []byte { return j.key(kindEvent, id, "") }

func (j *Journal) eventKey(id string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(j.eventsKey(id), seq)
}

func (j *Journal) eventKeySize(id string) int { return len(j.prefix) + 1 + len(id) + 1 + 8 }

func (j *Journal) outcomeKeySize(o *journal.Outcome) int {
	return len(j.prefix) + 1 + len(o.Scope) + 1 + len(o.Key)
}

func (j *Journal) outcomeKey(scope, key string) []byte { return j.key(kindOutcome, scope, key) }

// indexKey is what all entries of one value in an index begin with.
func (j *Journal) indexKey(index byte, value string) []byte {
	return j.key(kindIndex, string(index)+value, "")
}

// indexEntry is the entry of one run in an index.
func (j *Journal) indexEntry(index byte, value string, ordinal uint64) []byte {
	return binary.BigEndian.AppendUint64(j.indexKey(index, value), ordinal)
}

// indexEntries are all entries of a run.
func (j *Journal) indexEntries(r journal.Run) [][]byte {
	return [][]byte{
		j.indexEntry(byCreation, "", r.Ordinal),
		j.indexEntry(byPipeline, r.Pipeline, r.Ordinal),
		j.indexEntry(byState, r.State, r.Ordinal),
		j.indexEntry(byLineage, r.Lineage, r.Ordinal),
	}
}

// number reads the number at the end of an event's or an index entry's key.
func number(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(key)-8:]) }

// readOutcomeKey splits an outcome's key, without the journal's prefix.
func readOutcomeKey(key []byte) (scope, name string) {
	s, n, _ := bytes.Cut(key[1:], []byte{0})
	return string(s), string(n)
}
