package subtitle

import (
	"bytes"
	"fmt"
	"strings"
)

// SRT writes cues as SubRip. Texts lose what some players would take for markup.
func SRT(cues []Cue) []byte {
	var b bytes.Buffer
	for i, c := range cues {
		fmt.Fprintf(&b, "%d\n%s --> %s\n%s\n\n", i+1, timestamp(c.Start, ','), timestamp(c.End, ','), captionText(c.Text, srtText))
	}
	return b.Bytes()
}

// WebVTT writes cues as WebVTT.
func WebVTT(cues []Cue) []byte {
	var b bytes.Buffer
	b.WriteString("WEBVTT\n\n")
	for _, c := range cues {
		fmt.Fprintf(&b, "%s --> %s\n%s\n\n", timestamp(c.Start, '.'), timestamp(c.End, '.'), captionText(c.Text, vttText))
	}
	return b.Bytes()
}

var (
	srtText = strings.NewReplacer("{\\", "{/", "<", "‹", ">", "›")
	vttText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
)

// captionText cleans each line and drops empty ones, which would end a cue.
func captionText(text string, escape *strings.Replacer) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = plain(line); line != "" {
			lines = append(lines, escape.Replace(line))
		}
	}
	return strings.Join(lines, "\n")
}

func timestamp(seconds float64, point byte) string {
	ms := int64(max(seconds, 0)*1000 + 0.5)
	return fmt.Sprintf("%02d:%02d:%02d%c%03d", ms/3600000, ms/60000%60, ms/1000%60, point, ms%1000)
}
