// Package subtitle breaks narration into subtitles and draws them with the spoken word highlighted.
//
// [Lay] turns a scene's text and the times of its words into cues of at most two lines and an
// Advanced SubStation Alpha script that shows the same. [SRT] and [WebVTT] write cues as files.
//
//	layout, err := subtitle.Lay(subtitle.Scene{
//		Text: "The clock struck twelve.", Seconds: 1.9, Language: "english",
//		Width: 1080, Height: 1920,
//	})
//	os.WriteFile("scene.ass", layout.ASS, 0o644)
//
// Lines break between words, or between the characters of Chinese and Japanese with the usual
// prohibitions, where sentences and clauses end if possible. Widths are measured with the fonts that
// are shipped in this package (Noto Sans Bold, OFL-1.1, fonts/OFL.txt), so a renderer never has to
// break a line again.
//
// Promises: no text can leave its place in a script: braces, backslashes and line ends are made
// harmless; cues do not overlap and end before the next one starts; characters that no font has are
// named, kept in the cues and left out of the drawing. The package does not read system fonts.
package subtitle
