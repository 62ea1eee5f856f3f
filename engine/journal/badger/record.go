package badger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/filmloom/filmloom/engine/journal"
)

// A record is
//
//	version (1 byte) | CRC-32C of key and the rest (4 bytes) | head | data
//
// where the key goes without the journal's prefix, so that a copy under another prefix stays readable.
// The head is a row of fields (see fields.go), each of which tells its own length; the data is what
// follows, byte for byte. Records of version 1 are still read (see version1.go).
const (
	recordVersion = 2
	preamble      = 5 // bytes of version and checksum
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(key, rest []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, rest)
}

// sign completes a record that begins with a preamble.
func sign(key, raw []byte) {
	raw[0] = recordVersion
	binary.BigEndian.PutUint32(raw[1:], checksum(key, raw[preamble:]))
}

// unseal checks a record and gives its version and what follows its preamble. The error says why it
// cannot be read, for a CorruptError.
func unseal(key, raw []byte) (version byte, rest []byte, err error) {
	switch {
	case len(raw) == 0:
		return 0, nil, errors.New("it is empty")
	case raw[0] == 0 || raw[0] > recordVersion:
		return 0, nil, fmt.Errorf("its version is %d and this program knows versions up to %d", raw[0], recordVersion)
	case len(raw) < preamble:
		return 0, nil, errors.New("it is cut short")
	case binary.BigEndian.Uint32(raw[1:]) != checksum(key, raw[preamble:]):
		return 0, nil, errors.New("its checksum does not fit")
	}
	return raw[0], raw[preamble:], nil
}

// errHead is why a record cannot be read whose checksum fits: another program wrote it.
var errHead = errors.New("its head does not decode")

// runSize is an upper bound of the size of a run's header.
func runSize(r *journal.Run) int {
	return preamble + textSize(r.Pipeline) + textSize(r.Lineage) + textSize(r.Parent) + textSize(r.State) + 2*timeSize + 2*numberSize
}

// appendRun appends the part of a run that changes, its header.
func appendRun(dst []byte, r *journal.Run) []byte {
	dst = append(dst, make([]byte, preamble)...)
	dst = appendText(dst, r.Pipeline)
	dst = appendText(dst, r.Lineage)
	dst = appendText(dst, r.Parent)
	dst = appendText(dst, r.State)
	dst = appendTime(dst, r.Created)
	dst = appendTime(dst, r.Updated)
	dst = binary.AppendUvarint(dst, r.Ordinal)
	return binary.AppendUvarint(dst, r.LastSeq)
}

func decodeRun(key []byte, id string, raw []byte) (journal.Run, error) {
	r := journal.Run{ID: id}
	version, rest, err := unseal(key, raw)
	switch {
	case err != nil:
	case version == 1:
		err = decodeRun1(rest, &r)
	default:
		f := fields{rest: rest}
		r.Pipeline, r.Lineage, r.Parent, r.State = f.text(), f.text(), f.text(), f.text()
		r.Created, r.Updated = f.time(), f.time()
		r.Ordinal, r.LastSeq = f.number(), f.number()
		if rest, err = f.end(); rest != nil {
			err = errHead
		}
	}
	if err != nil {
		return journal.Run{ID: id}, &journal.CorruptError{Run: id, Reason: err.Error()}
	}
	return r, nil
}

// appendFrozen appends what a run froze.
func appendFrozen(dst, data []byte) []byte {
	return append(append(dst, make([]byte, preamble)...), data...)
}

func decodeFrozen(key []byte, run string, raw []byte) ([]byte, error) {
	version, data, err := unseal(key, raw)
	if err == nil && version == 1 {
		data, err = decodeHead1(data, &struct{}{})
	}
	if err != nil {
		return nil, &journal.CorruptError{Run: run, Reason: "what it froze: " + err.Error()}
	}
	return orNil(data), nil
}

// eventSize is an upper bound of the size of an event's record.
func eventSize(e *journal.Event) int {
	return preamble + timeSize + textSize(e.Kind) + textSize(e.Address) + numberSize + digestsSize(e.Artifacts) + len(e.Data)
}

func appendEvent(dst []byte, e *journal.Event) []byte {
	dst = append(dst, make([]byte, preamble)...)
	dst = appendTime(dst, e.Time)
	dst = appendText(dst, e.Kind)
	dst = appendText(dst, e.Address)
	dst = binary.AppendVarint(dst, int64(e.Attempt))
	dst = appendDigests(dst, e.Artifacts)
	return append(dst, e.Data...)
}

func decodeEvent(key []byte, run string, seq uint64, raw []byte) (journal.Event, error) {
	e := journal.Event{Seq: seq}
	version, rest, err := unseal(key, raw)
	switch {
	case err != nil:
	case version == 1:
		err = decodeEvent1(rest, &e)
	default:
		f := fields{rest: rest}
		e.Time, e.Kind, e.Address, e.Attempt, e.Artifacts = f.time(), f.text(), f.text(), f.signed(), f.digests()
		e.Data, err = f.end()
	}
	if err != nil {
		return journal.Event{Seq: seq}, &journal.CorruptError{Run: run, Seq: seq, Reason: err.Error()}
	}
	return e, nil
}

// outcomeSize is an upper bound of the size of an outcome's record.
func outcomeSize(o *journal.Outcome) int {
	return preamble + digestsSize(o.Artifacts) + len(o.Data)
}

func appendOutcome(dst []byte, o *journal.Outcome) []byte {
	dst = append(dst, make([]byte, preamble)...)
	dst = appendDigests(dst, o.Artifacts)
	return append(dst, o.Data...)
}

func decodeOutcome(key, raw []byte) (journal.Outcome, error) {
	scope, name := readOutcomeKey(key)
	o := journal.Outcome{Scope: scope, Key: name}
	version, rest, err := unseal(key, raw)
	switch {
	case err != nil:
	case version == 1:
		err = decodeOutcome1(rest, &o)
	default:
		f := fields{rest: rest}
		o.Artifacts = f.digests()
		o.Data, err = f.end()
	}
	if err != nil {
		return journal.Outcome{Scope: scope, Key: name}, &journal.CorruptError{Scope: scope, Key: name, Reason: err.Error()}
	}
	return o, nil
}

// orNil is data as it comes back from every journal: nil when empty.
func orNil(data []byte) []byte {
	if len(data) == 0 {
		return nil
	}
	return data
}
