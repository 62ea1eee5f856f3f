package subtitle

import (
	"strings"
	"testing"
)

var hostile = []Cue{
	{0.3, 2.4, "The clock struck twelve,\nand nobody came."},
	{2.4, 3.9995, "<b>bold</b> & {\\an8}top\n\n\nlast"},
	{3661.5, 3662, "after an hour --> \r\nyes"},
}

func TestSRT(t *testing.T) { golden(t, "cues.srt", SRT(hostile)) }

func TestWebVTT(t *testing.T) { golden(t, "cues.vtt", WebVTT(hostile)) }

func TestWatermark(t *testing.T) {
	golden(t, "watermark.ass", Watermark("made with {\\b1}Filmloom\n☃", 1080, 1920))
	long := string(Watermark(strings.Repeat("long ", 40), 1080, 1920))
	if strings.Count(long, "long") != 12 {
		t.Errorf("a long watermark is not cut to 60 characters:\n%s", long)
	}
}
