package picture

import "testing"

func TestNearest(t *testing.T) {
	openai := []Size{{1024, 1024}, {1024, 1536}, {1536, 1024}}
	ladder := []Size{{0, 5}, {512, 512}, {1024, 1024}, {2048, 2048}, {-1, -1}, {910, 512}}
	for _, row := range []struct {
		width, height int
		choices       []Size
		want          Size
	}{
		{1080, 1920, openai, Size{1024, 1536}},
		{1920, 1080, openai, Size{1536, 1024}},
		{1080, 1080, openai, Size{1024, 1024}},
		{1200, 1100, openai, Size{1024, 1024}},
		{3840, 64, openai, Size{1536, 1024}},
		{600, 600, ladder, Size{512, 512}},
		{1500, 1500, ladder, Size{2048, 2048}}, // nearer than 1024 by its factor
		{100, 100, ladder, Size{512, 512}},
		{9999, 9999, ladder, Size{2048, 2048}},
		{1280, 720, ladder, Size{910, 512}},
		{0, -7, ladder, Size{512, 512}},
		{9, 16, []Size{{18, 32}, {9, 16}, {9, 16}}, Size{9, 16}},
		{1, 1, []Size{{2, 2}}, Size{2, 2}},
		{1, 1, []Size{{0, 0}}, Size{}},
		{1, 1, nil, Size{}},
	} {
		if got := Nearest(row.width, row.height, row.choices); got != row.want {
			t.Errorf("%d×%d of %v is %v, want %v", row.width, row.height, row.choices, got, row.want)
		}
	}
}
