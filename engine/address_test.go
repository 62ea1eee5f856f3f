package engine

import "testing"

func TestAddressesAreTakenApart(t *testing.T) {
	for address, want := range map[string]struct{ declared, stage, frame string }{
		"story":                      {"story", "story", ""},
		"made[0]":                    {"made", "made", ""},
		`made["a"]`:                  {"made", "made", ""},
		`made["a.b[0]"]`:             {"made", "made", ""},
		`made["a\"].b[\"c"]`:         {"made", "made", ""},
		`films["a"].clips["x.y"]`:    {"films.clips", `films["a"].clips`, `films["a"].`},
		`films["]"].parts[3].clip`:   {"films.parts.clip", `films["]"].parts[3].clip`, `films["]"].parts[3].`},
		`one.made["a\\"]`:            {"one.made", "one.made", "one."},
		`films["ü [x]"].inner["\n"]`: {"films.inner", `films["ü [x]"].inner`, `films["ü [x]"].`},
	} {
		if got := declaredPath(address); got != want.declared {
			t.Errorf("%s is declared as %s, want %s", address, got, want.declared)
		}
		if got := stageOf(address); got != want.stage {
			t.Errorf("%s is of the stage %s, want %s", address, got, want.stage)
		}
		if got := frameOf(want.stage); got != want.frame {
			t.Errorf("%s is in the frame %s, want %s", address, got, want.frame)
		}
	}
}
