package localtts

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers/film"
)

// The traps that the engines set, each as a test. That espeak-ng is not safe for threads is
// TestConcurrentCallsDoNotMix.

// espeakWords are the positions at which espeak-ng itself says that words begin.
func espeakWords(t *testing.T, text, language string) (at []int) {
	t.Helper()
	ready(t)
	e, err := openEspeak()
	if err != nil {
		t.Fatal(err)
	}
	var s script
	s.add(0, text)
	speaking.Lock()
	defer speaking.Unlock()
	if err := e.load(); err != nil {
		t.Fatal(err)
	}
	c := &capture{ctx: context.Background()}
	if e.setVoice(language+"+f2") != 0 {
		t.Fatalf("no voice %s", language)
	}
	e.capture = c
	e.synth(text, uintptr(len(text)+1), 0, espeakCharacters, 0, espeakUTF8, 0, 0)
	e.capture = nil
	for _, ev := range c.events {
		if !ev.end {
			at = append(at, ev.position)
		}
	}
	return at
}

func TestEventsOfEspeakDoNotFollowPrintedWordsAndOursDo(t *testing.T) {
	for _, row := range []struct{ lang, text string }{
		{"french", "Il n'y avait qu'une lampe à 12:45 chez l'homme."},
		{"german", "Es kostet z. B. 12:45 oder 3,14 Euro."},
		{"italian", "L'ora è 12:45, c'è un'altra lampada."},
		{"turkish", "Saat 12:45'te 1984'ün lambası."},
	} {
		if got := espeakWords(t, row.text, languages[row.lang].espeak); len(got) == len(strings.Fields(row.text)) {
			t.Errorf("%s: espeak-ng counts as printed, %v; this test should have another text", row.lang, got)
		}
		s := mustSay(t, row.text, row.lang, "alloy", 1)
		checkEvidence(t, s, row.lang)
		for _, w := range s.Words {
			if strings.HasPrefix(w.Text, "12:45") && w.End-w.Start < 0.4 {
				t.Errorf("%s: %q has %.2f s", row.lang, w.Text, w.End-w.Start)
			}
		}
	}
}

func TestChineseIsNotReadAsEnglishAndPolyphonesDiffer(t *testing.T) {
	if got := languages["chinese"].espeak; got != "cmn-latn-pinyin" {
		t.Errorf("the voice is %s, and Debian's cmn reads pinyin as English", got)
	}
	// 行 is háng in a bank and xíng in walking.
	bank, _ := scripted("chinese", "银行")
	walk, _ := scripted("chinese", "步行")
	if !strings.Contains(bank, "hang2") || strings.Contains(walk, "hang2") {
		t.Errorf("%q and %q", bank, walk)
	}
	one := mustSay(t, "他在银行。", "chinese", "alloy", 1)
	if again := mustSay(t, "他在银杏。", "chinese", "alloy", 1); slices.Equal(one.samples, again.samples) {
		t.Error("two texts sound alike")
	}
}

func TestJapaneseIsReadInKana(t *testing.T) {
	said, unread := scripted("japanese", "東京の灯台で老人が本を読む。")
	if len(unread) > 0 || strings.ContainsFunc(said, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }) {
		t.Errorf("said is %q without %q", said, unread)
	}
}

func TestFliteIsGivenPlainPunctuation(t *testing.T) {
	said, _ := scripted("english", "“It’s—well…” he said; «non» café №\u00a05 ½ → 3°C.")
	if strings.ContainsFunc(said, func(r rune) bool { return r > 126 || r < ' ' }) {
		t.Errorf("said is %q", said)
	}
	fancy, plain := mustSay(t, "“It’s over”, he said…", "english", "alloy", 1), mustSay(t, `"It's over", he said...`, "english", "alloy", 1)
	if !slices.Equal(fancy.samples, plain.samples) {
		t.Error("typographic quotes sound different")
	}
}

// espeak-ng speaks one sentence after another and keeps a state: see also
// TestSameInputGivesSameBytesWhateverWasSpokenBefore.
func TestEveryVoiceSpeaksEveryLanguage(t *testing.T) {
	for _, lang := range strings.Split(film.Languages, ",") {
		words := languages[lang].words(samples[lang])
		text := words[0].text
		for _, w := range words[1:4] {
			if lang != "chinese" && lang != "japanese" {
				text += " "
			}
			text += w.text
		}
		var sounds [][]int16
		for _, voice := range voiceNames {
			s := mustSay(t, text, lang, voice, 1)
			checkEvidence(t, s, lang)
			for i, other := range sounds {
				if slices.Equal(other, s.samples) {
					t.Errorf("%s: %s and %s sound alike", lang, voiceNames[i], voice)
				}
			}
			sounds = append(sounds, s.samples)
		}
	}
}
