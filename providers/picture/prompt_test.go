package picture

import "testing"

func TestNames(t *testing.T) {
	for _, row := range []struct {
		prompt, name string
		want         bool
	}{
		{"Mira climbs the tower", "Mira", true},
		{"the tower that MIRA climbs", "mira", true},
		{"Mira's lantern", "Mira", true},
		{"an admirable tower", "Mira", false},
		{"Miranda and Mira", "Mira", true},
		{"Old Tom, by the sea", "Old Tom", true},
		{"old tomato", "Old Tom", false},
		{"a mountain by 小明的家", "小明", true},
		{"Zoë", "Zoë", true},
		{"R2-D2 rolls", "R2-D2", true},
		{"anything", "", false},
		{"anything", "  ", false},
		{"", "Mira", false},
	} {
		if got := Names(row.prompt, row.name); got != row.want {
			t.Errorf("%q in %q: %v", row.name, row.prompt, got)
		}
	}
}
