package screenplay

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/filmloom/filmloom/providers/film/prose"
)

// shown writes a script as the tests compare it: {heading} (notes) SPEAKER| text.
func shown(s Script) (parts []string) {
	for _, p := range s.Parts {
		line := ""
		if p.Heading != "" {
			line += "{" + p.Heading + "} "
		}
		for _, n := range p.Notes {
			line += "(" + n + ") "
		}
		parts = append(parts, line+p.Speaker+"| "+strings.ReplaceAll(p.Text, "\n", "/"))
	}
	for _, n := range s.Closing {
		parts = append(parts, "("+n+")")
	}
	return parts
}

func TestWhoSaysWhat(t *testing.T) {
	for _, row := range []struct {
		name, language, script string
		want                   []string
	}{
		{"names", "english", "The door opens.\nMARA: Who is there?\nTom: Me.\nNobody else.", []string{"| The door opens.", "MARA| Who is there?", "Tom| Me.", "| Nobody else."}},
		{"asides", "english", "MARA (whispering): Who is there?\nTOM: (laughs) Me.\nMara [aloud]: Come in.", []string{"(whispering) MARA| Who is there?", "(laughs) TOM| Me.", "(aloud) MARA| Come in."}},
		{"directions", "english", "(A dark room.)\nHello.\n[Rain falls\non the roof.]\n(Thunder.) (A scream.)\nGoodbye.\n(The end of the night.)", []string{"(A dark room.) | Hello.", "(Rain falls on the roof.) (Thunder.) (A scream.) | Goodbye.", "(The end of the night.)"}},
		{"brackets in a line are spoken", "english", "He came (late) and left.\n(Late) he came.\n(Never closed\n\nTrue.", []string{"| He came (late) and left./(Late) he came./(Never closed//True."}},
		{"Markdown", "english", "# The Well\n\nIt was dry.\n\n## The forest\n---\n**Mara:** It spoke.\n*(Silence.)*\n**TOM**: No.", []string{"{The Well} | It was dry.", "{The forest} Mara| It spoke.", "(Silence.) TOM| No."}},
		{"screenplay", "english", "FADE IN:\n\nINT. KITCHEN - NIGHT\n\nA kettle sings.\n\nMARA (O.S.)\n(softly)\nWho is there?\nTell me.\n\nShe waits.\n\nCUT TO:\n\nEXT. STREET - DAY\n\nHELP!", []string{"{INT. KITCHEN - NIGHT} | A kettle sings.", "(O.S.) (softly) MARA| Who is there?/Tell me.", "| She waits.", "{EXT. STREET - DAY} | HELP!"}},
		{"acts", "english", "Title: The Sea\nAct I\nScene 2: The harbour\nBoats.\nScene 3 was long.", []string{"{Act I Scene 2: The harbour} | Boats./Scene 3 was long."}},
		{"name alone", "english", "MARA:\n\nWho is there?\nAnybody?\n\nSilence.", []string{"MARA| Who is there?/Anybody?", "| Silence."}},
		{"a speech goes on to its sentence's end", "english", "MARA: I have waited\nfor all these years.\nShe smiles.", []string{"MARA| I have waited/for all these years.", "| She smiles."}},
		{"what is no name", "english", "He said: stop.\nNote: it rains.\nIt was 12:45: late.\nSee https://x.org: good.\nThe truth: nobody knows.\nA very long thing that ends: so.\nThe Secret: nobody knows.", []string{"| He said: stop./Note: it rains./It was 12:45: late./See https://x.org: good./The truth: nobody knows./A very long thing that ends: so./The Secret: nobody knows."}},
		{"titles of people", "english", "Dr. Lee: Sit down.\nMrs. O'Brien: No.\nLudwig van Beethoven: What?\nTHE OLD MAN: Quiet!", []string{"Dr. Lee| Sit down.", "Mrs. O'Brien| No.", "Ludwig van Beethoven| What?", "THE OLD MAN| Quiet!"}},
		{"narrator", "english", "NARRATOR: It was late.\nMARA: Yes.\nVoice-over: And dark.", []string{"| It was late.", "MARA| Yes.", "| And dark."}},
		{"nothing", "english", "", nil},

		{"czech", "czech", "VYPRAVĚČ: Byla noc.\nJana: Kdo je tam?\nPozor: ticho.", []string{"| Byla noc.", "Jana| Kdo je tam?", "| Pozor: ticho."}},
		{"danish", "danish", "FORTÆLLER: Det var nat.\nSøren (hvisker): Hvem der?", []string{"| Det var nat.", "(hvisker) Søren| Hvem der?"}},
		{"dutch", "dutch", "VERTELLER: Nacht.\nJan de Boer: Wie is daar?\nLet op: stil.", []string{"| Nacht.", "Jan de Boer| Wie is daar?", "| Let op: stil."}},
		{"french", "french", "INT. CUISINE - NUIT\n\nNARRATEUR : Il pleut.\nÉlodie (bas) : Qui est là ?\n« Moi. »", []string{"{INT. CUISINE - NUIT} | Il pleut.", "(bas) Élodie| Qui est là ?", "| « Moi. »"}},
		{"german", "german", "INNEN. KÜCHE - NACHT\n\nERZÄHLER: Es regnet.\nJürgen: Wer da?\nDas Ergebnis: nichts.\nHinweis: leise.", []string{"{INNEN. KÜCHE - NACHT} | Es regnet.", "Jürgen| Wer da?", "| Das Ergebnis: nichts./Hinweis: leise."}},
		{"greek", "greek", "ΕΣΩΤ. ΚΟΥΖΙΝΑ\n\nΑΦΗΓΗΤΗΣ: Νύχτα.\nΜαρία: Ποιος είναι;\nΕγώ.", []string{"{ΕΣΩΤ. ΚΟΥΖΙΝΑ} | Νύχτα.", "Μαρία| Ποιος είναι;", "| Εγώ."}},
		{"hindi", "hindi", "सूत्रधार: रात थी।\nराम: कौन है?\n(बारिश)\nउसने धीरे से कहा: रुको।", []string{"| रात थी।", "राम| कौन है?", "(बारिश) | उसने धीरे से कहा: रुको।"}},
		{"indonesian", "indonesian", "NARASI: Malam.\nBudi: Siapa?\nCatatan: sepi.", []string{"| Malam.", "Budi| Siapa?", "| Catatan: sepi."}},
		{"italian", "italian", "INT. CUCINA - NOTTE\n\nNARRATORE: Piove.\nLucia: Chi è?\nNota: piano.", []string{"{INT. CUCINA - NOTTE} | Piove.", "Lucia| Chi è?", "| Nota: piano."}},
		{"chinese", "chinese", "第一幕\n内景 厨房 夜\n旁白：夜深了。\n小明：谁在那里？\n（他站起来）\n他说：“走吧。”\n小红（低声）：好。", []string{"{第一幕 内景 厨房 夜} | 夜深了。", "小明| 谁在那里？", "(他站起来) | 他说：“走吧。”", "(低声) 小红| 好。"}},
		{"japanese", "japanese", "○台所（夜）\nナレーション：夜だった。\n太郎：誰だ？\n（雨が降る）\n彼は言った：行こう。", []string{"{○台所（夜）} | 夜だった。", "太郎| 誰だ？", "(雨が降る) | 彼は言った：行こう。"}},
		{"norwegian", "norwegian", "FORTELLER: Natt.\nKåre: Hvem der?\nMerk: stille.", []string{"| Natt.", "Kåre| Hvem der?", "| Merk: stille."}},
		{"polish", "polish", "PLENER. LAS - NOC\n\nNARRATOR: Noc.\nŁukasz: Kto tam?\nUwaga: cisza.", []string{"{PLENER. LAS - NOC} | Noc.", "Łukasz| Kto tam?", "| Uwaga: cisza."}},
		{"portuguese", "portuguese", "NARRADOR: Noite.\nJoão da Silva: Quem é?\nAtenção: silêncio.", []string{"| Noite.", "João da Silva| Quem é?", "| Atenção: silêncio."}},
		{"russian", "russian", "ИНТ. КУХНЯ - НОЧЬ\n\nРАССКАЗЧИК: Ночь.\nИван: Кто там?\nСцена 2\nВнимание: тихо.", []string{"{ИНТ. КУХНЯ - НОЧЬ} | Ночь.", "Иван| Кто там?", "{Сцена 2} | Внимание: тихо."}},
		{"spanish", "spanish", "NARRADOR: Noche.\nÁngel: ¿Quién es?\nNota: silencio.", []string{"| Noche.", "Ángel| ¿Quién es?", "| Nota: silencio."}},
		{"swedish", "swedish", "BERÄTTARE: Natt.\nÅsa: Vem där?\nObs: tyst.", []string{"| Natt.", "Åsa| Vem där?", "| Obs: tyst."}},
		{"turkish", "turkish", "İÇ. MUTFAK - GECE\n\nAnlatıcı: Gece.\nİlker: Kim o?\nDikkat: sessiz.", []string{"{İÇ. MUTFAK - GECE} | Gece.", "İlker| Kim o?", "| Dikkat: sessiz."}},
		{"ukrainian", "ukrainian", "ОПОВІДАЧ: Ніч.\nОлена: Хто там?\nУвага: тихо.", []string{"| Ніч.", "Олена| Хто там?", "| Увага: тихо."}},
	} {
		s := Read(row.script, row.language, nil)
		if got := shown(s); !slices.Equal(got, row.want) {
			t.Errorf("%s:\n got %q\nwant %q", row.name, got, row.want)
		}
		checkComplete(t, row.script, s)
	}
}

func TestKnownCharactersAreSpeakersHoweverTheyAreWritten(t *testing.T) {
	s := Read("the old keeper: Who is there?\nmara: Me.\nMARA: Yes.\nKEEPER: Come in.", "english", []string{"Mara", "the Old Keeper"})
	if got, want := shown(s), []string{"the Old Keeper| Who is there?", "Mara| Me./Yes.", "the Old Keeper| Come in."}; !slices.Equal(got, want) {
		// Two lines of one speaker each begin a paragraph.
		if strings.ReplaceAll(fmt.Sprint(got), "//", "/") != fmt.Sprint(want) {
			t.Errorf("got %q", got)
		}
	}
}

func TestTheFirstHeadingIsTheTitle(t *testing.T) {
	for script, want := range map[string]string{
		"# The Well\nIt was dry.": "The Well", "It was dry.\n# The Well": "", "# INT. KITCHEN - DAY\nHello.": "", "Titel: Der Brunnen\n# Nacht\nHallo.": "Der Brunnen", "**Title:** Sea\nHello": "** Sea",
	} {
		if got := Read(script, "english", nil).Title; strings.Trim(got, "* ") != strings.Trim(want, "* ") {
			t.Errorf("%q: got %q", script, got)
		}
	}
}

// letters are those that somebody reads; brackets, colons and marks of emphasis may go.
func letters(texts ...string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, strings.Join(texts, ""))
}

// checkComplete holds of every script: each letter is spoken or unspoken, once, and what is spoken stands in
// the script in this order.
func checkComplete(t *testing.T, raw string, s Script) {
	t.Helper()
	whole := letters(prose.Lines(raw)...)
	var spoken []string
	for _, p := range s.Parts {
		spoken = append(spoken, p.Text)
		if p.Text == "" {
			t.Errorf("a part says nothing: %+v", p)
		}
	}
	count := func(text string) map[rune]int {
		m := map[rune]int{}
		for _, r := range text {
			m[r]++
		}
		return m
	}
	if got, want := count(letters(spoken...)+letters(s.Unspoken...)), count(whole); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q: spoken %q and unspoken %q are not the whole", raw, spoken, s.Unspoken)
	}
	rest := []rune(whole)
	for _, r := range letters(spoken...) {
		at := slices.Index(rest, r)
		if at < 0 {
			t.Fatalf("%q: what is spoken, %q, is not in order", raw, spoken)
		}
		rest = rest[at+1:]
	}
}

func FuzzReadLosesNothing(f *testing.F) {
	f.Add("# A\nINT. X - DAY\n\nMARA (aside)\n(b)\nHello: [c]\n(d\ne) f\n**T:** g\nNARRATOR:\n\nh", "english", "Mara")
	f.Add("第一幕\n小明（低声）：好。\n○台所\n：：", "chinese", "小明")
	f.Add("A: (b) c\nA: (b)\n():\n(:)\nTitle: :", "german", "")
	f.Fuzz(func(t *testing.T, raw, language, known string) {
		s := Read(raw, language, []string{known})
		checkComplete(t, raw, s)
		for i, p := range s.Parts {
			if i > 0 && p.Heading == "" && len(p.Notes) == 0 && p.Speaker == s.Parts[i-1].Speaker {
				t.Errorf("%q: parts %d and %d are one", raw, i-1, i)
			}
		}
	})
}
