package mp4

import (
	"encoding/binary"
	"fmt"
)

// readSamples fills in the samples from the tables. Every count is checked against the table that
// must bear it out before anything of that size is made.
func (t *Track) readSamples(stbl box, fileSize int64) error {
	if err := t.readSizes(stbl, fileSize); err != nil {
		return err
	}
	times, _, err := table(stbl, 8, "stts")
	if err != nil {
		return err
	}
	err = runs("stts", times, len(t.Samples), true, func(i int, v uint32) { t.Samples[i].Duration = v })
	if err != nil {
		return err
	}
	if ctts, err := descend(stbl, "ctts"); err != nil {
		return err
	} else if ctts != nil {
		shifts, _, err := table(stbl, 8, "ctts")
		if err != nil {
			return err
		}
		if err := runs("ctts", shifts, len(t.Samples), false, func(i int, v uint32) { t.Samples[i].Shift = int32(v) }); err != nil {
			return err
		}
	}
	if err := t.readSync(stbl); err != nil {
		return err
	}
	return t.readOffsets(stbl, fileSize)
}

func (t *Track) readSizes(stbl box, fileSize int64) error {
	stsz, err := need(stbl, 12, "stsz")
	if err != nil {
		return err
	}
	same, n := binary.BigEndian.Uint32(stsz[4:]), int64(binary.BigEndian.Uint32(stsz[8:]))
	if same == 0 && n*4 > int64(len(stsz)-12) || same != 0 && n*int64(same) > fileSize {
		return fmt.Errorf("box %q says there are %d samples, for which there is no room", "stsz", n)
	}
	t.Samples = make([]Sample, n)
	for i := range t.Samples {
		t.Samples[i].Size = same
		if same == 0 {
			t.Samples[i].Size = binary.BigEndian.Uint32(stsz[12+4*i:])
		}
	}
	return nil
}

// runs unrolls a table of (count, value) entries over n samples.
func runs(kind string, entries []byte, n int, exact bool, set func(i int, v uint32)) error {
	at := 0
	for ; len(entries) > 0; entries = entries[8:] {
		count, v := binary.BigEndian.Uint32(entries), binary.BigEndian.Uint32(entries[4:])
		if int64(at)+int64(count) > int64(n) {
			return fmt.Errorf("box %q covers more than the %d samples there are", kind, n)
		}
		for range count {
			set(at, v)
			at++
		}
	}
	if exact && at != n {
		return fmt.Errorf("box %q covers %d of %d samples", kind, at, n)
	}
	return nil
}

// readSync marks the samples at which decoding may begin: all of them when there is no table.
func (t *Track) readSync(stbl box) error {
	stss, err := descend(stbl, "stss")
	if err != nil {
		return err
	}
	if stss == nil {
		for i := range t.Samples {
			t.Samples[i].Sync = true
		}
		return nil
	}
	entries, _, err := table(stbl, 4, "stss")
	if err != nil {
		return err
	}
	for ; len(entries) > 0; entries = entries[4:] {
		n := binary.BigEndian.Uint32(entries)
		if n == 0 || int64(n) > int64(len(t.Samples)) {
			return fmt.Errorf("box %q names sample %d of %d", "stss", n, len(t.Samples))
		}
		t.Samples[n-1].Sync = true
	}
	return nil
}

// readOffsets walks the chunks, each a run of samples that lie next to each other.
func (t *Track) readOffsets(stbl box, fileSize int64) error {
	kind, width := "stco", 4
	if wide, err := descend(stbl, "co64"); err != nil {
		return err
	} else if wide != nil {
		kind, width = "co64", 8
	}
	offsets, chunks, err := table(stbl, width, kind)
	if err != nil {
		return err
	}
	groups, n, err := table(stbl, 12, "stsc")
	if err != nil {
		return err
	}
	next, group, perChunk := 0, 0, uint32(0)
	for c := range chunks {
		if group < n && binary.BigEndian.Uint32(groups[12*group:]) == uint32(c+1) {
			perChunk = binary.BigEndian.Uint32(groups[12*group+4:])
			group++
		}
		if perChunk == 0 {
			return fmt.Errorf("box %q does not say how many samples chunk %d has", "stsc", c+1)
		}
		at := uint64(binary.BigEndian.Uint32(offsets[width*c:]))
		if width == 8 {
			at = binary.BigEndian.Uint64(offsets[width*c:])
		}
		if int64(perChunk) > int64(len(t.Samples)-next) {
			return fmt.Errorf("box %q has more samples than there are: chunk %d", "stsc", c+1)
		}
		for range perChunk {
			s := &t.Samples[next]
			if at > uint64(fileSize) || uint64(s.Size) > uint64(fileSize)-at {
				return fmt.Errorf("box %q places sample %d beyond the end of the file", kind, next+1)
			}
			s.Offset = int64(at)
			at += uint64(s.Size)
			next++
		}
	}
	if next != len(t.Samples) {
		return fmt.Errorf("box %q places %d of %d samples", kind, next, len(t.Samples))
	}
	return nil
}
