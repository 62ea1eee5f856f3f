package mp4

import (
	"encoding/binary"
	"strings"
)

func be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
func be64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

// boxed makes a box of parts.
func boxed(kind string, parts ...[]byte) []byte {
	n := 8
	for _, p := range parts {
		n += len(p)
	}
	b := append(binary.BigEndian.AppendUint32(make([]byte, 0, n), uint32(n)), kind...)
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// versioned makes a box that begins with a version and flags.
func versioned(kind string, version byte, flags uint32, parts ...[]byte) []byte {
	return boxed(kind, append([][]byte{be32(uint32(version)<<24 | flags)}, parts...)...)
}

// unity is the matrix that shows a picture as it is.
var unity = func() []byte {
	var b []byte
	for _, v := range []uint32{0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}()

// movieBox describes the film. Times are written with 64 bits: the picture's ticks pass 32 bits after
// some hours at high frame rates.
func movieBox(film Film, tracks []*outTrack, m *media, start int64) []byte {
	scale, length := tracks[0].timescale, uint64(tracks[0].shown)
	parts := [][]byte{versioned("mvhd", 1, 0,
		be64(0), be64(0), be32(scale), be64(length), be32(0x10000), be16(0x100), make([]byte, 10), unity,
		make([]byte, 24), be32(uint32(len(tracks)+1)))}
	for i, t := range tracks {
		parts = append(parts, trackBox(t, i, scale, m, start))
	}
	return boxed("moov", append(parts, metadata(film))...)
}

func trackBox(t *outTrack, index int, movieScale uint32, m *media, start int64) []byte {
	length := be64(uint64(t.shown) * uint64(movieScale) / uint64(t.timescale))
	flags, group, volume := uint32(3), uint16(0), uint16(0)
	var media []byte
	switch t.kind {
	case Video:
		media = versioned("vmhd", 0, 1, make([]byte, 8))
	case Audio:
		media, group, volume = versioned("smhd", 0, 0, make([]byte, 4)), 1, 0x100
	default: // text is there to be switched on
		media, group, flags = versioned("nmhd", 0, 0), 2, 2
	}
	total := uint64(0)
	for _, s := range t.samples {
		total += uint64(s.duration)
	}
	tkhd := versioned("tkhd", 1, flags,
		be64(0), be64(0), be32(uint32(index+1)), be32(0), length, make([]byte, 8), be16(0), be16(group), be16(volume), be16(0),
		unity, be32(uint32(t.width)<<16), be32(uint32(t.height)<<16))
	edit := boxed("edts", versioned("elst", 1, 0, be32(1), length, be64(uint64(t.mediaTime)), be32(0x10000)))
	mdhd := versioned("mdhd", 1, 0, be64(0), be64(0), be32(t.timescale), be64(total), be16(languageCode(t.language)), be16(0))
	hdlr := versioned("hdlr", 0, 0, be32(0), []byte(t.kind), make([]byte, 12), []byte("Filmloom\x00"))
	dinf := boxed("dinf", versioned("dref", 0, 0, be32(1), versioned("url ", 0, 1)))
	return boxed("trak", tkhd, edit, boxed("mdia", mdhd, hdlr, boxed("minf", media, dinf, sampleTable(t, index, m, start))))
}

func sampleTable(t *outTrack, index int, m *media, start int64) []byte {
	var durations, shifts runList
	var sizes, syncs, offsets, chunks []byte
	allSync, shifted := true, false
	for i, s := range t.samples {
		durations.add(s.duration)
		shifts.add(uint32(s.shift))
		shifted = shifted || s.shift != 0
		sizes = binary.BigEndian.AppendUint32(sizes, s.size)
		if s.sync {
			syncs = binary.BigEndian.AppendUint32(syncs, uint32(i+1))
		} else {
			allSync = false
		}
	}
	durations.flush()
	shifts.flush()
	count, groups, last := uint32(0), uint32(0), 0
	for _, c := range m.chunks {
		if c.track != index {
			continue
		}
		count++
		if m.wide {
			offsets = binary.BigEndian.AppendUint64(offsets, uint64(start+c.offset))
		} else {
			offsets = binary.BigEndian.AppendUint32(offsets, uint32(start+c.offset))
		}
		if n := c.to - c.from; n != last {
			chunks = append(append(append(chunks, be32(count)...), be32(uint32(n))...), be32(1)...)
			groups, last = groups+1, n
		}
	}
	parts := [][]byte{
		versioned("stsd", 0, 0, be32(1), t.description),
		versioned("stts", 0, 0, be32(durations.n), durations.entries),
	}
	if shifted {
		parts = append(parts, versioned("ctts", 0, 0, be32(shifts.n), shifts.entries))
	}
	if !allSync {
		parts = append(parts, versioned("stss", 0, 0, be32(uint32(len(syncs)/4)), syncs))
	}
	place := "stco"
	if m.wide {
		place = "co64"
	}
	return boxed("stbl", append(parts,
		versioned("stsc", 0, 0, be32(groups), chunks),
		versioned("stsz", 0, 0, be32(0), be32(uint32(len(t.samples))), sizes),
		versioned(place, 0, 0, be32(count), offsets))...)
}

// A runList collects equal values as (count, value) entries.
type runList struct {
	entries     []byte
	n           uint32 // how many entries there are
	count, last uint32 // the run that is not yet among them
}

func (r *runList) add(v uint32) {
	if r.count > 0 && v == r.last {
		r.count++
		return
	}
	r.flush()
	r.count, r.last = 1, v
}

// flush ends the run, which completes the table.
func (r *runList) flush() {
	if r.count > 0 {
		r.entries = append(append(r.entries, be32(r.count)...), be32(r.last)...)
		r.n++
	}
	r.count = 0
}

// languageCode packs three letters; what is no such code is "und", not determined.
func languageCode(s string) uint16 {
	if len(s) != 3 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") != "" {
		s = "und"
	}
	return uint16(s[0]-0x60)<<10 | uint16(s[1]-0x60)<<5 | uint16(s[2]-0x60)
}

// metadata is the list of tags that players show.
func metadata(film Film) []byte {
	tag := func(kind, text string) []byte {
		if text == "" {
			return nil
		}
		return boxed(kind, boxed("data", be32(1), be32(0), []byte(text)))
	}
	list := boxed("ilst", tag("\xa9nam", film.Title), tag("desc", film.Description), tag("\xa9too", "Filmloom"))
	hdlr := versioned("hdlr", 0, 0, be32(0), []byte("mdirappl"), make([]byte, 9))
	return boxed("udta", versioned("meta", 0, 0, hdlr, list))
}
