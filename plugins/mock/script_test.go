package mock

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

func TestAScriptIsKeptWordForWordWithItsSpeakers(t *testing.T) {
	p := configured(t, `{}`)
	out := must(t, p, film.ScriptAnalyze, film.ScriptInput{
		Script:   "A door opens. It creaks.\n\nMARA: Who is there?\nTOM: [mock:reject@image.generate] Me.\nNarrator: He laughs.\nHe said: come in.\nOLD KEEPER:\nNobody is here.\n",
		Language: "english", Style: "anime", Characters: []film.Role{{Name: "Tom", Age: "elderly", Gender: "male"}},
	})
	var got []string
	for i, s := range out.Scenes {
		got = append(got, s.Speaker+"|"+s.Narration)
		if s.ID != fmt.Sprintf("scene-%02d", i+1) || s.ImagePrompt == "" || s.Camera == "" || s.Motion == "" {
			t.Errorf("scene %d is %+v", i, s)
		}
	}
	if want := []string{
		"|A door opens.", "|It creaks.", "MARA|Who is there?", "Tom|[mock:reject@image.generate] Me.", "|He laughs.", "|He said: come in.", "OLD KEEPER|Nobody is here.",
	}; !slices.Equal(got, want) {
		t.Errorf("the scenes are %q", got)
	}
	if want := "A door opens. It creaks. Who is there? [mock:reject@image.generate] Me. He laughs. He said: come in. Nobody is here."; out.Text != want {
		t.Errorf("the text is %q", out.Text)
	}
	if !strings.Contains(out.Scenes[3].ImagePrompt, "[mock:reject@image.generate]") || strings.Contains(out.Title+out.Description, "[mock") {
		t.Errorf("the magic word is in %+v", out)
	}
	if out.Seconds < 4 || out.Seconds > 8 {
		t.Errorf("it takes %v s to say", out.Seconds)
	}
	var names []string
	for _, c := range out.Characters {
		names = append(names, c.Name)
	}
	if !slices.Equal(names, []string{"Tom", "MARA", "OLD KEEPER"}) || out.Characters[0].Looks != "an old man" || out.Characters[1].Looks == out.Characters[2].Looks {
		t.Errorf("the characters are %+v", out.Characters)
	}
}

func TestAScriptWithoutWordsIsInvalid(t *testing.T) {
	for _, script := range []string{"", " \n", "…!", "[mock:reject@image.generate]", "MARA:", "MARA: \nBOB: [mock:warn]", "# A heading\n(Silence.)"} {
		_, err := call(t, configured(t, `{}`), film.ScriptAnalyze, film.ScriptInput{Script: script, Language: "english", Style: "anime"})
		if e := providers.AsError(err); e == nil || e.Kind != providers.KindInvalidInput {
			t.Errorf("%q: %v", script, err)
		}
	}
}

func TestWordsInAScriptFailItsAnalysisOnlyWhenTheySaySo(t *testing.T) {
	p := configured(t, `{}`)
	for script, fails := range map[string]bool{
		"One. [mock:fail]": false, "One. [mock:fail@image.generate]": false,
		"One. [mock:fail@script.analyze]": true, "One. [mock:nonsense@script.analyze]": true,
	} {
		if _, err := call(t, p, film.ScriptAnalyze, film.ScriptInput{Script: script, Language: "english", Style: "anime"}); (err != nil) != fails {
			t.Errorf("%q: %v", script, err)
		}
	}
}

func TestTranslationsAreMarkedWithTheirLanguageAndAsManyAsTheTexts(t *testing.T) {
	p := configured(t, `{}`)
	out := must(t, p, film.TextTranslate, film.TranslateInput{From: "english", To: "german", Texts: []string{"One.", "", "Two\nlines", "Three [mock:fail@image.generate]"}})
	if want := []string{"[german] One.", "", "[german] Two\nlines", "[german] Three"}; !slices.Equal(out.Texts, want) {
		t.Errorf("got %q", out.Texts)
	}
	if out := must(t, p, film.TextTranslate, film.TranslateInput{From: "english", To: "german", Texts: []string{}}); out.Texts == nil || len(out.Texts) > 0 {
		t.Errorf("of nothing: %#v", out.Texts)
	}
	for text, want := range map[string]providers.Kind{"x [mock:rate]": providers.KindRateLimited, "": providers.KindInvalidInput} {
		texts := []string{text}
		if text == "" {
			texts = make([]string, mostTexts+1)
		}
		_, err := call(t, p, film.TextTranslate, film.TranslateInput{From: "english", To: "german", Texts: texts})
		if e := providers.AsError(err); e == nil || e.Kind != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAnAlignmentSharesTheRecordingByLength(t *testing.T) {
	p := configured(t, `{}`)
	music := must(t, p, film.MusicCompose, film.MusicInput{Seconds: 4}) // stereo: 2 bytes a sample
	out := must(t, p, film.SpeechAlign, film.AlignInput{Audio: music.Audio, Text: "One [mock:fail@image.generate] three four", Language: "english"})
	if want := []film.Word{{Text: "One", Start: 0, End: 1}, {Text: "three", Start: 1, End: 4 * 8. / 12}, {Text: "four", Start: 4 * 8. / 12, End: 4}}; !slices.Equal(out.Words, want) {
		t.Errorf("got %+v", out.Words)
	}
	if out := must(t, p, film.SpeechAlign, film.AlignInput{Audio: music.Audio, Text: " ", Language: "english"}); out.Words == nil || len(out.Words) > 0 {
		t.Errorf("without words: %#v", out.Words)
	}
	// A file of another kind lasts as long as the words do, and a broken one fails nothing.
	for _, raw := range []string{"ID3 and so on", "", "RIFF\x00\x00\x00\x00WAVE", "RIFF\x00\x00\x00\x00WAVEfmt \x02\x00\x00\x00\x00\x00", "RIFF\x00\x00\x00\x00WAVEdata\xff\xff\xff\xff"} {
		path := filepath.Join(t.TempDir(), "recording")
		if err := os.WriteFile(path, []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
		out := must(t, p, film.SpeechAlign, film.AlignInput{Audio: providers.File{Path: path}, Text: "月が出た。", Language: "japanese"})
		if n := len(out.Words); n != 4 || out.Words[3].End != 5*glyphSeconds {
			t.Errorf("%q: %+v", raw, out.Words)
		}
	}
	if _, err := call(t, p, film.SpeechAlign, film.AlignInput{Audio: providers.File{Path: "/nowhere"}, Text: "x"}); err == nil {
		t.Error("a missing recording is aligned")
	}
}
