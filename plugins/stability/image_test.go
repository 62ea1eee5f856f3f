package stability

import (
	"math"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

var mira = film.Character{Name: "Mira", Looks: "a girl of ten, red coat, short black hair"}

func shot(change func(*film.ImageInput)) film.ImageInput {
	in := film.ImageInput{
		Prompt: "Mira climbs the lighthouse at dusk", Style: "cinematic", Camera: "wide", Width: 108, Height: 192, Seed: 7,
		Characters: []film.Character{mira, {Name: "Tom", Looks: "an old fisherman"}},
	}
	if change != nil {
		change(&in)
	}
	return in
}

func TestEveryModelDrawsThePictureAskedFor(t *testing.T) {
	for _, row := range []struct {
		model, path string
		settings    map[string]any
		cost        providers.Money
		fields      map[string]string // beside those of every request
	}{
		{"core", "core", nil, 30_000, nil},
		{"ultra", "ultra", nil, 80_000, nil},
		{"sd3.5-large", "sd3", map[string]any{"cfg_scale": 4.5}, 65_000, map[string]string{"model": "sd3.5-large", "cfg_scale": "4.5"}},
		{"sd3.5-large-turbo", "sd3", nil, 40_000, map[string]string{"model": "sd3.5-large-turbo"}},
		{"sd3.5-medium", "sd3", nil, 35_000, map[string]string{"model": "sd3.5-medium"}},
	} {
		t.Run(row.model, func(t *testing.T) {
			v := standIn(t, pictureAnswer("7", pngOf(72, 128)))
			settings := map[string]any{"model": row.model, "client_id": "filmloom", "client_version": "1.2.3"}
			for name, value := range row.settings {
				settings[name] = value
			}
			r, dir, err := run(t, configured(t, v.URL+"/", settings), film.ImageGenerate.Name, shot(nil))
			if err != nil {
				t.Fatal(err)
			}
			if out, conf := pictureOf(t, r, dir); conf.Width != 108 || conf.Height != 192 || out.Seed != 7 {
				t.Errorf("%+v, %+v", out, conf)
			}
			if r.Cost != row.cost {
				t.Errorf("it cost %g USD", r.Cost.USD())
			}
			asked := v.last()
			want := map[string]string{
				"prompt": "Mira climbs the lighthouse at dusk. Mira: a girl of ten, red coat, short black hair. " +
					"wide shot of the whole scene, cinematic film still, dramatic light, shallow depth of field, rich colour grade.",
				"aspect_ratio": "9:16", "seed": "7", "output_format": "png", "style_preset": "cinematic",
			}
			for name, value := range row.fields {
				want[name] = value
			}
			if asked.path != "/v2beta/stable-image/generate/"+row.path || len(asked.fields) != len(want) {
				t.Errorf("asked %s for %q", asked.path, asked.fields)
			}
			for name, value := range want {
				if asked.fields[name] != value {
					t.Errorf("%s is %q, want %q", name, asked.fields[name], value)
				}
			}
			if asked.header.Get("stability-client-id") != "filmloom" || asked.header.Get("stability-client-version") != "1.2.3" {
				t.Errorf("headers %q", asked.header)
			}
		})
	}
}

func TestWhatIsAskedForFollowsTheInput(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*film.ImageInput)
		field  string
		want   string
	}{
		{"wide", func(in *film.ImageInput) { in.Width, in.Height = 1920, 1080 }, "aspect_ratio", "16:9"},
		{"square", func(in *film.ImageInput) { in.Width, in.Height = 1080, 1080 }, "aspect_ratio", "1:1"},
		{"very wide", func(in *film.ImageInput) { in.Width, in.Height = 3840, 64 }, "aspect_ratio", "21:9"},
		{"4:3", func(in *film.ImageInput) { in.Width, in.Height = 1024, 768 }, "aspect_ratio", "5:4"},
		{"photo", func(in *film.ImageInput) { in.Style = "photorealistic" }, "style_preset", "photographic"},
		{"anime", func(in *film.ImageInput) { in.Style = "anime" }, "style_preset", "anime"},
		{"comic", func(in *film.ImageInput) { in.Style = "comic-book" }, "style_preset", "comic-book"},
		{"pixar", func(in *film.ImageInput) { in.Style = "pixar-art" }, "style_preset", "3d-model"},
		{"negative", func(in *film.ImageInput) { in.Negative = " text, hands " }, "negative_prompt", "text, hands"},
		{"seed 0", func(in *film.ImageInput) { in.Seed = 0 }, "seed", "4294967294"},
		{"seed 1", func(in *film.ImageInput) { in.Seed = 1 }, "seed", "1"},
		{"largest seed", func(in *film.ImageInput) { in.Seed = 4294967294 }, "seed", "4294967294"},
		{"larger seed", func(in *film.ImageInput) { in.Seed = 4294967295 }, "seed", "1"},
		{"any seed", func(in *film.ImageInput) { in.Seed = math.MaxInt64 }, "seed", "1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := standIn(t, pictureAnswer("", pngOf(72, 128)))
			in := shot(row.change)
			r, dir, err := run(t, configured(t, v.URL, nil), film.ImageGenerate.Name, in)
			if err != nil {
				t.Fatal(err)
			}
			if got := v.last().fields[row.field]; got != row.want {
				t.Errorf("%s is %q, want %q", row.field, got, row.want)
			}
			if out, conf := pictureOf(t, r, dir); conf.Width != in.Width || conf.Height != in.Height || out.Seed != seedFor(in.Seed) {
				t.Errorf("%+v, %+v", out, conf)
			}
		})
	}
}

func TestLooksAreToldOfThoseWhoAreNamedAndFit(t *testing.T) {
	long := strings.Repeat("x", 9700)
	for _, row := range []struct {
		name       string
		in         film.ImageInput
		has, lacks string
		warned     bool
	}{
		{"nobody named", film.ImageInput{Prompt: "A miracle"}, "A miracle.", "girl", false},
		{"named", film.ImageInput{Prompt: "Where is MIRA?"}, "Where is MIRA? Mira: a girl of ten", "fisherman", false},
		{"no room", film.ImageInput{Prompt: long + " Mira", Style: "anime", Camera: "close", Characters: []film.Character{{Name: "Mira", Looks: long}}}, "close-up, anime", "Mira:", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := standIn(t, pictureAnswer("3", pngOf(8, 8)))
			row.in.Width, row.in.Height = 64, 64
			if row.in.Characters == nil {
				row.in.Characters = []film.Character{mira, {Name: "Tom", Looks: "an old fisherman"}}
			}
			r, _, err := run(t, configured(t, v.URL, nil), film.ImageGenerate.Name, row.in)
			if err != nil {
				t.Fatal(err)
			}
			prompt := v.last().fields["prompt"]
			if !strings.Contains(prompt, row.has) || strings.Contains(prompt, row.lacks) {
				t.Errorf("%.200q", prompt)
			}
			if (len(r.Warnings) > 0) != row.warned {
				t.Errorf("warnings %q", r.Warnings)
			}
		})
	}
}

func TestTheTurboModelIsAskedWithoutANegativePrompt(t *testing.T) {
	v := standIn(t, pictureAnswer("3", pngOf(8, 8)))
	in := shot(func(in *film.ImageInput) { in.Negative = "text" })
	r, _, err := run(t, configured(t, v.URL, map[string]any{"model": "sd3.5-large-turbo"}), film.ImageGenerate.Name, in)
	if err != nil || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "negative prompt") {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestInputThatCanNeverWorkIsNotSent(t *testing.T) {
	v := standIn(t, pictureAnswer("3", pngOf(8, 8)))
	for name, change := range map[string]func(*film.ImageInput){
		"no prompt":            func(in *film.ImageInput) { in.Prompt = " \n" },
		"long prompt":          func(in *film.ImageInput) { in.Prompt = strings.Repeat("é", 10001) },
		"long negative prompt": func(in *film.ImageInput) { in.Negative = strings.Repeat("é", 10001) },
	} {
		_, _, err := run(t, configured(t, v.URL, nil), film.ImageGenerate.Name, shot(change))
		if e := providers.AsError(err); e == nil || e.Kind != providers.KindInvalidInput || e.User == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(v.forms) != 0 {
		t.Errorf("%d requests were sent", len(v.forms))
	}
}

func TestTheLongestPromptIsSent(t *testing.T) {
	v := standIn(t, pictureAnswer("3", pngOf(8, 8)))
	in := shot(func(in *film.ImageInput) { in.Prompt = strings.Repeat("é", 9850) })
	if _, _, err := run(t, configured(t, v.URL, nil), film.ImageGenerate.Name, in); err != nil {
		t.Error(err)
	}
}
