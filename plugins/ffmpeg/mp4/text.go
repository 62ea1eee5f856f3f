package mp4

import (
	"bytes"
	"strings"
)

// textTicks is the timescale of text tracks: milliseconds.
const textTicks = 1000

// textTrack makes a track of timed text. Where nothing is shown an empty sample holds the place.
func textTrack(t Text, seconds float64) *outTrack {
	out := &outTrack{kind: "sbtl", timescale: textTicks, description: timedTextEntry(), language: t.Language}
	var store bytes.Buffer
	end := int64(seconds*textTicks + 0.5)
	at := int64(0)
	add := func(until int64, text string) {
		if until <= at {
			return
		}
		offset := int64(store.Len())
		text = strings.ToValidUTF8(text[:min(len(text), 1<<15)], "")
		store.Write(be16(uint16(len(text))))
		store.WriteString(text)
		out.samples = append(out.samples, outSample{
			offset: offset, size: uint32(int64(store.Len()) - offset), duration: uint32(until - at), sync: true,
		})
		at = until
	}
	for _, c := range t.Cues {
		add(min(int64(c.Start*textTicks+0.5), end), "")
		add(min(int64(c.End*textTicks+0.5), end), c.Text)
	}
	add(end, "")
	out.shown = at
	from := bytes.NewReader(store.Bytes())
	for i := range out.samples {
		out.samples[i].from = from
	}
	return out
}

// timedTextEntry describes the text: white, centred at the bottom.
func timedTextEntry() []byte {
	font := boxed("ftab", be16(1), be16(1), []byte{5}, []byte("Serif"))
	return boxed("tx3g",
		make([]byte, 6), be16(1), // reserved, data reference
		be32(0), []byte{1, 0xff}, // flags, centred, bottom
		make([]byte, 4), // background
		make([]byte, 8), // text box: the whole picture
		be16(0), be16(0), be16(1), []byte{0, 18}, []byte{255, 255, 255, 255},
		font)
}
