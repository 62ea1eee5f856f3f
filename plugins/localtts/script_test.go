package localtts

import (
	"slices"
	"strings"
	"testing"
)

// scripted gives what an engine is told to say for a text, and the printed words with letters it cannot.
func scripted(lang, text string) (said string, unread []string) {
	l := languages[lang]
	words := l.words(text)
	s := l.script(words)
	for _, i := range s.unread {
		unread = append(unread, words[i].text)
	}
	return strings.Join(strings.Fields(s.String()), " "), unread
}

func TestReadings(t *testing.T) {
	for _, row := range []struct{ lang, text, said, unread string }{
		// Japanese: the dictionary's kana, with numbers and their counters.
		{"japanese", "老人は灯台で働く。", "ロージンワ トーダイデ ハタラク。", ""},
		{"japanese", "3人が1日に着いた。", "サンニンガ ツイタチニ ツイタ。", ""},
		{"japanese", "２０人", "ニジューニン", ""},
		{"japanese", "6:08に", "ロクジハップンニ", ""},
		{"japanese", "8分、300年、4月", "ハップン、 サンビャクネン、 シガツ", ""},
		{"japanese", "わーぁ、", "ワーあ、", ""},
		{"japanese", "キャー、ーっ", "キャー、ッ", ""},
		{"japanese", "齉の音", "ノ オト", "齉の"},
		{"japanese", "𠮷野家", "ノヤ", "𠮷"},
		{"japanese", "слово", "", "слово"},

		// Chinese: ideographs, with pinyin where the word decides between readings.
		{"chinese", "他在银行工作。", "他在银 hang2 工作。", ""},
		{"chinese", "孩子长大了，不是一个人。", "孩子 zhang3 大了， bu2 是 yi2 个人。", ""},
		{"chinese", "2024年有2个人", "二零二四年有两个人", ""},
		{"chinese", "１２个人", "十二个人", ""},
		{"chinese", "3.5%，10005", "百分之三点五，一万零五", ""},
		{"chinese", "在12:05", "在十二点零五分", ""},
		{"chinese", "他𠮷々か", "他", "𠮷 々 か"},

		// The others: letters of an alphabet that no voice reads are left out; digits are of any script.
		{"german", "Das Wort 你好 und «слово».", "Das Wort und \" \".", "你好 «слово»."},
		{"german", "10 µm, Ω und नमस्ते", "10 µm, Ω und नमस्ते", ""},
		{"russian", "слово und 好", "слово und", "好"},
		{"hindi", "१९८४ में", "1984 में", ""},
		{"greek", "ο λόγος the word", "ο λόγος the word", ""},
		{"english", "The café of α and ə.", "The cafe of alpha and.", "ə."},
	} {
		said, unread := scripted(row.lang, row.text)
		if said != row.said || !slices.Equal(unread, strings.Fields(row.unread)) {
			t.Errorf("%s %q is said %q without %q, want %q without %q", row.lang, row.text, said, unread, row.said, row.unread)
		}
	}
}

func TestSmallKanaAndLongMarksThatStandAloneAreMended(t *testing.T) {
	for said, want := range map[string]string{
		"キャー": "キャー", "ティー": "ティー", "ァ": "ア", "ッァ": "ッア", "キャァ": "キャア", "ー": "", "ンー": "ン", "ッー": "ッ", "ヶ": "ケ",
		"わーぁ": "わーあ", "ーー": "", "カーー": "カー",
	} {
		if got := fullKana(said); got != want {
			t.Errorf("%q becomes %q, want %q", said, got, want)
		}
	}
}

func TestDigitsOfEveryScriptAreASCII(t *testing.T) {
	for text, want := range map[string]string{
		"１２３": "123", "१९८४": "1984", "٠٩": "09", "𝟎𝟗": "09", "４５％": "45%", "Ａｂ！": "Ab！",
	} {
		if got := plain(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestALongScriptIsDividedAtSpaces(t *testing.T) {
	var s script
	s.add(0, strings.Repeat("ab", 100)) // a space after every 48 letters
	s.gap(" ")
	s.add(1, "cd")
	var back []rune
	var owner []int
	for _, part := range s.split(60) {
		if len(part.runes) > 60 || len(part.runes) != len(part.owner) {
			t.Errorf("a part has %d characters and %d owners", len(part.runes), len(part.owner))
		}
		back, owner = append(back, part.runes...), append(owner, part.owner...)
	}
	if !slices.Equal(back, s.runes) || !slices.Equal(owner, s.owner) {
		t.Errorf("the parts are %q", string(back))
	}
	if parts := s.split(10); len(parts) < 21 {
		t.Errorf("without spaces there are %d parts", len(parts))
	}
}
