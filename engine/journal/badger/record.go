package badger

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
)

// A record is
//
//	version (1 byte) | CRC-32C of key and the rest (4 bytes) | length of the head (uvarint) | head (JSON) | data
//
// where the key goes without the journal's prefix, so that a copy under another prefix stays readable.
// The data is outside the JSON because it must come back byte for byte.
const recordVersion = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// runHead is the part of a run that changes.
type runHead struct {
	Pipeline string    `json:"pipeline,omitempty"`
	Lineage  string    `json:"lineage,omitempty"`
	Parent   string    `json:"parent,omitempty"`
	State    string    `json:"state,omitempty"`
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
	Ordinal  uint64    `json:"ordinal"`
	LastSeq  uint64    `json:"last_seq"`
}

type eventHead struct {
	Time      time.Time `json:"time"`
	Kind      string    `json:"kind,omitempty"`
	Address   string    `json:"address,omitempty"`
	Attempt   int       `json:"attempt,omitempty"`
	Artifacts []string  `json:"artifacts,omitempty"`
}

type outcomeHead struct {
	Artifacts []string `json:"artifacts,omitempty"`
}

type frozenHead struct{}

// encode makes a record. Heads always encode: their strings and times have been validated.
func encode(key []byte, head any, data []byte) ([]byte, error) {
	h, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", journal.ErrInvalid, err)
	}
	raw := make([]byte, 5, 5+binary.MaxVarintLen32+len(h)+len(data))
	raw[0] = recordVersion
	raw = binary.AppendUvarint(raw, uint64(len(h)))
	raw = append(raw, h...)
	raw = append(raw, data...)
	binary.BigEndian.PutUint32(raw[1:], checksum(key, raw[5:]))
	return raw, nil
}

// decode reads a record; data is part of raw, nil when empty. The error says why it cannot be read, for
// a CorruptError.
func decode(key, raw []byte, head any) (data []byte, err error) {
	switch {
	case len(raw) == 0:
		return nil, fmt.Errorf("it is empty")
	case raw[0] != recordVersion:
		return nil, fmt.Errorf("its version is %d and this program knows version %d", raw[0], recordVersion)
	case len(raw) < 6:
		return nil, fmt.Errorf("it is cut short")
	case binary.BigEndian.Uint32(raw[1:]) != checksum(key, raw[5:]):
		return nil, fmt.Errorf("its checksum does not fit")
	}
	n, w := binary.Uvarint(raw[5:])
	if w <= 0 || n > uint64(len(raw)-5-w) {
		return nil, fmt.Errorf("the length of its head does not fit")
	}
	body := raw[5+w:]
	if err := json.Unmarshal(body[:n], head); err != nil {
		return nil, fmt.Errorf("its head does not decode")
	}
	if data = body[n:]; len(data) == 0 {
		data = nil
	}
	return data, nil
}

func checksum(key, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, body)
}

func decodeRun(key []byte, id string, raw []byte) (journal.Run, error) {
	var h runHead
	if _, err := decode(key, raw, &h); err != nil {
		return journal.Run{ID: id}, &journal.CorruptError{Run: id, Reason: err.Error()}
	}
	return journal.Run{
		ID: id, Pipeline: h.Pipeline, Lineage: h.Lineage, Parent: h.Parent, State: h.State,
		Created: h.Created, Updated: h.Updated, Ordinal: h.Ordinal, LastSeq: h.LastSeq,
	}, nil
}

func encodeRun(key []byte, r journal.Run) ([]byte, error) {
	return encode(key, runHead{
		Pipeline: r.Pipeline, Lineage: r.Lineage, Parent: r.Parent, State: r.State,
		Created: plain(r.Created), Updated: plain(r.Updated), Ordinal: r.Ordinal, LastSeq: r.LastSeq,
	}, nil)
}

func decodeEvent(key []byte, run string, seq uint64, raw []byte) (journal.Event, error) {
	var h eventHead
	data, err := decode(key, raw, &h)
	if err != nil {
		return journal.Event{Seq: seq}, &journal.CorruptError{Run: run, Seq: seq, Reason: err.Error()}
	}
	return journal.Event{
		Seq: seq, Time: h.Time, Kind: h.Kind, Address: h.Address, Attempt: h.Attempt, Data: data, Artifacts: h.Artifacts,
	}, nil
}

func encodeEvent(key []byte, e journal.Event) ([]byte, error) {
	return encode(key, eventHead{
		Time: plain(e.Time), Kind: e.Kind, Address: e.Address, Attempt: e.Attempt, Artifacts: e.Artifacts,
	}, e.Data)
}

func decodeOutcome(key, raw []byte) (journal.Outcome, error) {
	scope, name := readOutcomeKey(key)
	var h outcomeHead
	data, err := decode(key, raw, &h)
	if err != nil {
		return journal.Outcome{Scope: scope, Key: name}, &journal.CorruptError{Scope: scope, Key: name, Reason: err.Error()}
	}
	return journal.Outcome{Scope: scope, Key: name, Data: data, Artifacts: h.Artifacts}, nil
}

// plain is a time as it comes back from every journal: in UTC, without a monotonic reading.
func plain(t time.Time) time.Time { return t.UTC().Round(0) }
