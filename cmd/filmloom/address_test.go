package main

import "testing"

func TestAddressesAreUnderstoodWithoutTheQuotesThatAShellTakes(t *testing.T) {
	for text, want := range map[string]string{
		`film`:                         `film`,
		`clips[scene-02]`:              `clips["scene-02"]`,
		`clips["scene-02"]`:            `clips["scene-02"]`,
		`clips["a]b"].video`:           `clips["a]b"].video`,
		`clips[2]`:                     `clips[2]`,
		`films[b.c].clips[scene-02].x`: `films["b.c"].clips["scene-02"].x`,
		`script.scenes[0].narration`:   `script.scenes[0].narration`,
		`clips[`:                       `clips[`,
		`clips[]`:                      `clips[""]`,
		`clips["say \"hi\""].video`:    `clips["say \"hi\""].video`,
	} {
		if got := cleanAddress(text); got != want {
			t.Errorf("cleanAddress(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestAnAddressEndsAtTheFirstEqualsSignOutsideItsKeys(t *testing.T) {
	for _, tt := range []struct {
		text, address, rest string
		found               bool
	}{
		{`film`, `film`, ``, false},
		{`clips[a=b]=3`, `clips["a=b"]`, `3`, true},
		{`story.text=1 + 1 = 2`, `story.text`, `1 + 1 = 2`, true},
		{`story.text=`, `story.text`, ``, true},
	} {
		address, rest, found := cutAddress(tt.text)
		if address != tt.address || rest != tt.rest || found != tt.found {
			t.Errorf("cutAddress(%q) = %q, %q, %v", tt.text, address, rest, found)
		}
	}
}

func TestAStageWithinAPipelineIsNamedBelowTheOneThatUsesIt(t *testing.T) {
	for _, tt := range []struct {
		stage, label, frame, declared string
		depth                         int
	}{
		{`clips`, `clips`, ``, `clips`, 0},
		{`films["a"].clips`, `["a"].clips`, `films["a"].`, `films.clips`, 1},
		{`films["b.c"].clips`, `["b.c"].clips`, `films["b.c"].`, `films.clips`, 1},
		{`trailer.clips`, `clips`, `trailer.`, `trailer.clips`, 1},
		{`films["a"].parts[0].clips`, `[0].clips`, `films["a"].parts[0].`, `films.parts.clips`, 2},
		{`films["a"].end.clips`, `clips`, `films["a"].end.`, `films.end.clips`, 2},
	} {
		depth, label := nested(tt.stage)
		if frame, declared := frameOf(tt.stage), withoutKeys(tt.stage); depth != tt.depth || label != tt.label || frame != tt.frame || declared != tt.declared {
			t.Errorf("%s: depth %d, label %s, frame %s, declared %s", tt.stage, depth, label, frame, declared)
		}
	}
}

func TestACommandToCopyIsReadByAShellAsItIs(t *testing.T) {
	s := &settings{data: "my films", given: func(flag string) bool { return flag == "data" }}
	want := `filmloom --data 'my films' runs approve 01 'ok["it'\''s"]' -o film.mp4`
	if got := s.command("runs", "approve", "01", `ok["it's"]`, "-o", "film.mp4"); got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
}

func TestAmountsHaveAsManyDigitsAsTheyNeed(t *testing.T) {
	for text, want := range map[string]string{"2.50": "$2.50", "$3": "$3.00", "0.0042": "$0.0042", "12.345678": "$12.345678"} {
		var d dollars
		if err := d.Set(text); err != nil || d.String() != want {
			t.Errorf("%s is %s, want %s (%v)", text, d.String(), want, err)
		}
	}
	for _, text := range []string{"", "-1", "0", "NaN", "Inf", "1e12", "two", "0.0000001"} {
		var d dollars
		if err := d.Set(text); err == nil {
			t.Errorf("%q is taken for an amount: %s", text, d.String())
		}
	}
}
