package badger

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
)

// Records of version 1 have their head as JSON, after its length:
//
//	1 | CRC-32C (4 bytes) | length of the head (uvarint) | head | data
//
// They are read and no longer written.

type runHead1 struct {
	Pipeline string    `json:"pipeline"`
	Lineage  string    `json:"lineage"`
	Parent   string    `json:"parent"`
	State    string    `json:"state"`
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
	Ordinal  uint64    `json:"ordinal"`
	LastSeq  uint64    `json:"last_seq"`
}

type eventHead1 struct {
	Time      time.Time `json:"time"`
	Kind      string    `json:"kind"`
	Address   string    `json:"address"`
	Attempt   int       `json:"attempt"`
	Artifacts []string  `json:"artifacts"`
}

type outcomeHead1 struct {
	Artifacts []string `json:"artifacts"`
}

// The decoders of version 1 read what follows a record's preamble.

func decodeRun1(rest []byte, r *journal.Run) error {
	var h runHead1
	_, err := decodeHead1(rest, &h)
	r.Pipeline, r.Lineage, r.Parent, r.State = h.Pipeline, h.Lineage, h.Parent, h.State
	r.Created, r.Updated, r.Ordinal, r.LastSeq = h.Created, h.Updated, h.Ordinal, h.LastSeq
	return err
}

func decodeEvent1(rest []byte, e *journal.Event) (err error) {
	var h eventHead1
	e.Data, err = decodeHead1(rest, &h)
	e.Time, e.Kind, e.Address, e.Attempt, e.Artifacts = h.Time, h.Kind, h.Address, h.Attempt, h.Artifacts
	return err
}

func decodeOutcome1(rest []byte, o *journal.Outcome) (err error) {
	var h outcomeHead1
	o.Data, err = decodeHead1(rest, &h)
	o.Artifacts = h.Artifacts
	return err
}

func decodeHead1(rest []byte, head any) (data []byte, err error) {
	n, w := binary.Uvarint(rest)
	if w <= 0 || n > uint64(len(rest)-w) {
		return nil, errors.New("the length of its head does not fit")
	}
	rest = rest[w:]
	if err := json.Unmarshal(rest[:n], head); err != nil {
		return nil, errHead
	}
	return orNil(rest[n:]), nil
}
