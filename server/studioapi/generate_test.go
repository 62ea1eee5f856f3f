package studioapi_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// enumerations are the values that were decided for each setting.
var enumerations = map[string][]string{
	"style":        {"photorealistic", "cinematic", "anime", "comic-book", "pixar-art", "documentary", "cartoon"},
	"language":     {"en", "cs", "da", "nl", "fr", "de", "el", "hi", "id", "it", "zh", "ja", "no", "pl", "pt", "ru", "es", "sv", "tr", "uk"},
	"music_genre":  {"epic", "calm", "suspense", "upbeat", "romantic", "playful", "documentary", "none"},
	"aspect_ratio": {"16:9", "9:16", "1:1"},
}

func TestEachValueOfASettingMakesAFilm(t *testing.T) {
	ann := start(t).User("ann")
	jobs := map[string]string{}
	for i, language := range enumerations["language"] { // the longest list
		settings := object{"include_subtitles": i%2 == 0, "duration": []int{5, 60, 600}[i%3]}
		for name, values := range enumerations {
			settings[name] = values[i%len(values)]
		}
		if i == 0 {
			settings["subtitle_languages"] = enumerations["language"]
		}
		jobs[fmt.Sprint(language, settings)] = generate(t, ann, create(t, ann, draft(object{"script": "It begins.", "settings": settings})), nil)
	}
	for what, id := range jobs {
		if j := settle(t, ann, id); j["status"] != "completed" || j["duration_seconds"].(float64) < 5 {
			t.Errorf("%s: %v", what, j)
		}
	}
}

func TestNoOtherValueOfASettingIsTaken(t *testing.T) {
	ann := start(t).User("ann")
	id := create(t, ann, draft(nil))
	wrong := map[string][]any{
		"duration": {4, 601, 0, -60, 60.5, "60", true, []int{60}, 1e300},
		"style":    {"", "Cinematic", "noir", 7}, "language": {"", "EN", "eng", "xx", "english", 1},
		"subtitle_languages": {[]string{}, []string{"en", "en"}, []string{"xx"}, "en", []any{1}, []any{nil}, object{}},
		"include_subtitles":  {"true", 1}, "youtube_upload": {"false", 0},
		"music_genre": {"", "jazz", 1}, "aspect_ratio": {"4:3", "16x9", ""},
		"characters": {
			[]object{{}},
			[]object{{"name": ""}},
			[]object{{"name": " "}},
			[]object{{"name": strings.Repeat("x", 51)}},
			[]any{"narrator"},
			[]object{{"name": "a", "age": "old"}},
			[]object{{"name": "a", "gender": "m"}},
			[]object{{"name": "a", "voice": ""}},
			[]object{{"name": "a", "voice": strings.Repeat("x", 101)}},
			[]object{{"name": "a", "looks": "tall"}},
			[]object{{"name": "a"}, {"name": " A "}},
			slices.Repeat([]object{{"name": "a"}}, 11), "narrator",
		},
		"dùration": {60}, "Duration": {60}, "": {1},
	}
	for name, values := range wrong {
		for _, v := range values {
			settings := object{"settings": object{name: v}}
			for what, a := range map[string]*servertest.Answer{
				"create": ann.Post("/api/v1/projects", draft(settings)), "change": ann.Patch("/api/v1/projects/"+id, settings),
				"generate": ann.Post("/api/v1/projects/"+id+"/generate", settings),
			} {
				fields := problems(t, a)
				if !slices.ContainsFunc(fields, func(f string) bool { return strings.HasPrefix(f, "body.settings."+name) }) {
					t.Errorf("%s with %s %v: %v", what, name, v, fields)
				}
			}
		}
	}
	if p := project(t, ann, id); p["status"] != "draft" || p["job_id"] != nil {
		t.Errorf("got %v", p)
	}
}

// What the pipeline is asked for follows from the project's settings, over which those of the request lie.
func TestSettingsOverlay(t *testing.T) {
	s := start(t, plan("pro"))
	ann := s.User("ann")
	usual := object{
		"script": draft(nil)["script"], "title": "My Video Project", "duration": 60, "style": "cinematic", "language": "english",
		"subtitle_languages": []any{"english"}, "translate_to": []any{}, "include_subtitles": true, "characters": []any{},
		"music_genre": "calm", "aspect_ratio": "16:9", "resolution": "1080p", "watermark": false,
		"youtube_upload": false, "youtube_account": "",
	}
	for _, row := range []struct {
		name       string
		of, over   object
		want       object
		wantCredit float64
	}{
		{"nothing", nil, nil, object{}, 3},
		{"empty settings", object{}, object{}, object{}, 3},
		{"the project's", object{"duration": 30, "style": "anime", "language": "es"}, nil, object{"duration": 30, "style": "anime", "language": "spanish", "subtitle_languages": []any{"spanish"}}, 2},
		{"the request's", nil, object{"duration": 20, "music_genre": "none", "aspect_ratio": "1:1", "include_subtitles": false}, object{"duration": 20, "music_genre": "none", "aspect_ratio": "1:1", "include_subtitles": false}, 1},
		{
			"both",
			object{"duration": 30, "style": "anime", "characters": []object{{"name": "a"}}},
			object{"duration": 21, "characters": []object{{"name": " Mara ", "age": "child", "gender": "female", "voice": "soft"}}},
			object{"duration": 21, "style": "anime", "characters": []any{object{"name": "Mara", "age": "child", "gender": "female", "voice": "soft"}}},
			2,
		},
		{"no characters again", object{"characters": []object{{"name": "a"}}}, object{"characters": []object{}}, object{}, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			fields := object{}
			if row.of != nil {
				fields["settings"] = row.of
			}
			id := create(t, ann, draft(fields))
			before := project(t, ann, id)["settings"]
			body := object{}
			if row.over != nil {
				body["settings"] = row.over
			}
			started := ann.Post("/api/v1/projects/"+id+"/generate", body).Want(202).JSON()
			want := maps.Clone(usual)
			maps.Copy(want, row.want)
			if got := inputs(t, s, started["job_id"].(string)); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
			if started["credits_deducted"] != row.wantCredit {
				t.Errorf("costs %v", started["credits_deducted"])
			}
			if got := project(t, ann, id)["settings"]; fmt.Sprint(got) != fmt.Sprint(before) {
				t.Errorf("the project's settings are %v, and were %v", got, before)
			}
		})
	}
}

// What is null is left out.
func TestGenerateTakesNoBodyAtAll(t *testing.T) {
	ann := start(t).User("ann")
	for _, body := range []any{nil, "", "{}", object{"settings": object{}}, `{"settings": null}`, `{"settings": {"duration": null}}`} {
		id := create(t, ann, draft(nil))
		ann.Do("POST", "/api/v1/projects/"+id+"/generate", body).Want(202)
	}
	id := create(t, ann, draft(nil))
	for _, body := range []string{"null", "[]", "1", `"x"`, `{"settings": []}`, " ", "{"} {
		failure(t, ann.Do("POST", "/api/v1/projects/"+id+"/generate", body), 400, "INVALID_INPUT")
	}
}

func TestOnlyOneJobOfAProjectAtATime(t *testing.T) {
	ann := start(t).User("ann")
	id := create(t, ann, telling(hang))
	j := generate(t, ann, id, nil)
	failure(t, ann.Post("/api/v1/projects/"+id+"/generate", nil), 409, "JOB_ALREADY_PROCESSING")
	failure(t, ann.Post("/api/v1/jobs/"+j+"/retry", nil), 409, "JOB_ALREADY_PROCESSING")
	if p := project(t, ann, id); p["status"] != "processing" || p["job_id"] != j {
		t.Errorf("got %v", p)
	}
	// Of many at once, too.
	id = create(t, ann, telling(hang))
	answers := make(chan int)
	for range 8 {
		go func() { answers <- ann.Post("/api/v1/projects/"+id+"/generate", nil).Status }()
	}
	got := map[int]int{}
	for range 8 {
		got[<-answers]++
	}
	if got[202] != 1 || got[409] != 7 {
		t.Errorf("got %v", got)
	}
	if n := ann.Get("/api/v1/projects/" + id + "/jobs").JSON()["total_count"]; n != 1.0 {
		t.Errorf("%v jobs", n)
	}
}

// A second job makes only what is different.
func TestWhatDidNotChangeIsNotMadeAgain(t *testing.T) {
	s, w := staffed(t)
	ann := s.User("ann")
	id := create(t, ann, draft(object{"script": "The first sentence is here.\nMARA: The second one is mine.\nThe third one follows.", "settings": object{"duration": 20}}))
	first := generate(t, ann, id, nil)
	settle(t, ann, first)
	scenes := len(w.calls(first, "image.generate"))
	if scenes < 3 || len(w.calls(first, "speech.synthesize")) != scenes {
		t.Fatalf("%d scenes", scenes)
	}
	same := generate(t, ann, id, nil)
	if j := settle(t, ann, same); j["status"] != "completed" {
		t.Errorf("got %v", j)
	}
	for _, capability := range []string{"script.analyze", "image.generate", "speech.synthesize", "music.compose", "clip.render", "film.assemble"} {
		if n := len(w.calls(same, capability)); n != 0 {
			t.Errorf("the same again: %d calls of %s", n, capability)
		}
	}
	if got := step(t, ann, same, "image_generation"); got["reused"] != float64(scenes) || got["total"] != float64(scenes) || got["status"] != "completed" {
		t.Errorf("got %v", got)
	}
	music := generate(t, ann, id, object{"settings": object{"music_genre": "epic"}})
	settle(t, ann, music)
	if n := len(w.calls(music, "image.generate")) + len(w.calls(music, "speech.synthesize")); n != 0 {
		t.Errorf("other music: %d calls for pictures and speech", n)
	}
	if len(w.calls(music, "music.compose")) != 1 || len(w.calls(music, "film.assemble")) != 1 {
		t.Error("the music is not another one")
	}
	ann.Patch("/api/v1/projects/"+id, object{"script": "The first sentence is here.\nMARA: The second one is yours.\nThe third one follows."}).Want(200)
	script := generate(t, ann, id, nil)
	settle(t, ann, script)
	if n := len(w.calls(script, "speech.synthesize")); n != 1 {
		t.Errorf("another sentence: %d of %d are spoken again", n, scenes)
	}
	if n := len(w.calls(script, "image.generate")); n < 1 || n >= scenes {
		t.Errorf("another sentence: %d of %d pictures", n, scenes)
	}
	// Each job is a job of its own, and the project tells of the newest.
	jobs := ann.Get("/api/v1/projects/" + id + "/jobs?per_page=3").Want(200).JSON()
	var ids []string
	for _, one := range jobs["jobs"].([]any) {
		ids = append(ids, one.(object)["job_id"].(string))
	}
	if !slices.Equal(ids, []string{script, music, same}) || jobs["total_count"] != 4.0 || jobs["total_pages"] != 2.0 || project(t, ann, id)["job_id"] != script {
		t.Errorf("got %v, want %v", ids, []string{script, music, same})
	}
	if rest := ann.Get("/api/v1/projects/" + id + "/jobs?per_page=3&page=2").JSON()["jobs"].([]any); len(rest) != 1 || rest[0].(object)["job_id"] != first {
		t.Errorf("got %v", rest)
	}
}

// A failed second job keeps what the first has made, and so does a cancelled one.
func TestTheEarlierFilmStays(t *testing.T) {
	s, w := staffed(t)
	ann := s.User("ann")
	p, j := film(t, ann, draft(nil))
	id := p["project_id"].(string)
	w.breakOff("image.generate", providers.KindRejected)
	w.breakOff("music.compose", providers.KindRejected)
	failed := settle(t, ann, generate(t, ann, id, object{"settings": object{"style": "anime"}}))
	e, _ := failed["error"].(object)
	if failed["status"] != "failed" || e["code"] != "CONTENT_REJECTED" || e["message"] == "" || len(e) != 2 || failed["output_url"] != nil {
		t.Errorf("got %v", failed)
	}
	now := project(t, ann, id)
	if now["status"] != "failed" || undated(now["assets"]) != undated(p["assets"]) || now["completed_at"] != p["completed_at"] || now["job_id"] != failed["job_id"] {
		t.Errorf("got %v\nbefore %v", now, p)
	}
	// The first job still has its film.
	if again := job(t, ann, j["job_id"].(string)); undated(again) != undated(j) {
		t.Errorf("got %v\nbefore %v", again, j)
	}
	w.mend()
	ann.Patch("/api/v1/projects/"+id, object{"script": hang}).Want(200)
	hanging := generate(t, ann, id, nil)
	until(t, ann, hanging, status("processing"))
	if now := project(t, ann, id); now["status"] != "processing" || undated(now["assets"]) != undated(p["assets"]) {
		t.Errorf("while the next one is made: %v", now)
	}
	ann.Post("/api/v1/jobs/"+hanging+"/cancel", nil).Want(200)
	if now := project(t, ann, id); now["status"] != "completed" || undated(now["assets"]) != undated(p["assets"]) {
		t.Errorf("after a cancel: %v", now)
	}
	s.Restart()
	if now := project(t, ann, id); now["status"] != "completed" || undated(now["assets"]) != undated(p["assets"]) {
		t.Errorf("after a restart: %v", now)
	}
}

func TestAScriptThatTakesTooLongIsRefusedWithWhatItNeeds(t *testing.T) {
	ann := start(t).User("ann")
	id := create(t, ann, draft(object{"script": words(60), "settings": object{"duration": 10}}))
	details := failure(t, ann.Post("/api/v1/projects/"+id+"/generate", nil), 400, "INVALID_INPUT")
	needs, shortest := details["required_seconds"].(float64), details["shortest_duration"].(float64)
	if details["duration"] != 10.0 || needs <= 12.5 || shortest <= 10 || shortest > needs {
		t.Errorf("got %v", details)
	}
	ask := func(duration float64) *servertest.Answer {
		return ann.Post("/api/v1/projects/"+id+"/generate", object{"settings": object{"duration": duration}})
	}
	failure(t, ask(shortest-1), 400, "INVALID_INPUT")
	made := settle(t, ann, ask(shortest).Want(202).JSON()["job_id"].(string))
	if seconds := made["duration_seconds"].(float64); made["status"] != "completed" || seconds < shortest*0.8 || seconds > shortest*1.4 {
		t.Errorf("got %v", made)
	}
	// As much as fits into a script, and as long as a film may be.
	id = create(t, ann, draft(object{"script": strings.Repeat("Wort ", 4000), "settings": object{"duration": 600}}))
	if details := failure(t, ann.Post("/api/v1/projects/"+id+"/generate", nil), 400, "INVALID_INPUT"); details["required_seconds"].(float64) < 750 {
		t.Errorf("got %v", details)
	}
}

func TestAShortScriptMakesAShortFilm(t *testing.T) {
	ann := start(t).User("ann")
	_, j := film(t, ann, draft(object{"script": "Yes.", "settings": object{"duration": 60}}))
	if seconds := j["duration_seconds"].(float64); seconds < 5 || seconds > 12 {
		t.Errorf("%v seconds", seconds)
	}
}

func TestUntranslatedSubtitlesAreAWarningAndTranslatedOnesAreThere(t *testing.T) {
	body := draft(object{"settings": object{"subtitle_languages": []string{"en", "es", "de"}}})
	check := func(t *testing.T, s *servertest.Server, body object, languages string, warned int) {
		ann := s.User("ann")
		p, j := film(t, ann, body)
		if p["status"] != "completed" || fmt.Sprint(p["warnings"]) != fmt.Sprint(j["warnings"]) || len(j["warnings"].([]any)) != warned {
			t.Errorf("got %v\n%v", p, j)
		}
		for _, one := range j["warnings"].([]any) {
			if w := one.(object); w["code"] != "TRANSLATION_UNAVAILABLE" || w["message"] == "" || len(w) != 2 {
				t.Errorf("got %v", w)
			}
		}
		urls, _ := p["assets"].(object)["subtitle_urls"].(object)
		if got := fmt.Sprint(slices.Sorted(maps.Keys(urls))); urls == nil || got != languages {
			t.Errorf("subtitles in %s, not %s", got, languages)
		}
		for language, one := range urls {
			for form, kind := range map[string]string{"srt": "application/x-subrip", "vtt": "text/vtt"} {
				a := s.Nobody().Get(one.(object)[form].(string)).Want(200)
				translated := strings.Contains(string(a.Body), "["+language)
				if !strings.HasPrefix(a.Header.Get("Content-Type"), kind) || language == "en" && translated || language != "en" && !strings.Contains(string(a.Body), "[") {
					t.Errorf("%s in %s: %s %s", form, language, a.Header.Get("Content-Type"), a.Body)
				}
			}
		}
	}
	t.Run("nobody translates", func(t *testing.T) { check(t, start(t), body, "[en]", 2) })
	t.Run("nobody translates what is asked for alone", func(t *testing.T) {
		check(t, start(t), draft(object{"settings": object{"subtitle_languages": []string{"es"}}}), "[]", 1)
	})
	t.Run("somebody translates", func(t *testing.T) { check(t, translating(t), body, "[de en es]", 0) })
}

// The first language is burned in when the request wants that.
func TestWhichSubtitlesAreBurnedIn(t *testing.T) {
	s, w := staffed(t)
	ann := s.User("ann")
	for _, row := range []struct {
		settings object
		burned   string
	}{
		{object{}, "english"},
		{object{"include_subtitles": false}, ""},
		{object{"language": "fr"}, "french"},
	} {
		_, j := film(t, ann, draft(object{"settings": row.settings}))
		burned := ""
		for _, in := range w.calls(j["job_id"].(string), "film.assemble") {
			for _, track := range in["subtitles"].([]any) {
				if one := track.(object); one["burned"] == true {
					burned = one["language"].(string)
				}
			}
		}
		drawn := w.calls(j["job_id"].(string), "clip.render")[0]["subtitles"] != nil
		if burned != row.burned || drawn != (row.burned != "") {
			t.Errorf("%v: burned in: %q, drawn: %v", row.settings, burned, drawn)
		}
	}
}

// Lines that begin with a name are spoken by that character, the rest by the narrator.
func TestWhoSpeaksWithWhichVoice(t *testing.T) {
	s, w := staffed(t)
	ann := s.User("ann")
	_, j := film(t, ann, draft(object{
		"script": "It was late.\nMARA: Is anybody there?\nKEEPER: Only the sea.\nBOY: And me!",
		"settings": object{"duration": 20, "characters": []object{
			{"name": "Narrator", "age": "adult", "gender": "male", "voice": "deep"},
			{"name": "Mara", "voice": "Nova"},
			{"name": "KEEPER", "age": "elderly"},
		}},
	}))
	spoken := map[string]object{}
	for _, in := range w.calls(j["job_id"].(string), "speech.synthesize") {
		spoken[in["text"].(string)] = in
	}
	for text, want := range map[string]object{
		"It was late.":        {"age": "adult", "gender": "male", "description": "deep"},
		"Is anybody there?":   {"voice": "nova", "age": nil, "gender": nil, "description": nil},
		"Only the sea.":       {"age": "elderly", "gender": nil, "description": nil},
		"And me!":             {"age": nil, "gender": nil, "description": nil},
		"MARA: Is anybody...": nil,
	} {
		in, ok := spoken[text]
		if want == nil {
			if ok {
				t.Errorf("the name is spoken: %v", in)
			}
			continue
		}
		for name, v := range want {
			if !ok || in[name] != v {
				t.Errorf("%q is spoken with %s %v, not %v", text, name, in[name], v)
			}
		}
	}
	if len(spoken) != 4 || spoken["Only the sea."]["voice"] == spoken["And me!"]["voice"] {
		t.Errorf("got %v", spoken)
	}
}

// Whose plan is larger is served first; within a plan, who came first.
func TestTheQueueGoesByPlan(t *testing.T) {
	s := start(t, func(c *config.Config) { c.MaxActive = 1 })
	admin := s.Admin()
	block := generate(t, admin, create(t, admin, telling(hang)), nil)
	until(t, admin, block, status("processing"))
	var jobs []string
	for _, name := range []string{"free", "standard", "pro", "enterprise"} {
		who := s.User(name)
		admin.Patch("/api/v1/users/"+who.ID(), object{"plan": name}).Want(200)
		for range 2 {
			id := create(t, who, draft(object{"settings": object{"duration": 20}}))
			jobs = append(jobs, generate(t, who, id, nil))
		}
	}
	admin.Post("/api/v1/jobs/"+block+"/cancel", nil).Want(200)
	began := map[string]time.Time{}
	for _, id := range jobs {
		began[id] = moment(t, settle(t, admin, id)["started_at"])
	}
	order := slices.SortedFunc(maps.Keys(began), func(a, b string) int { return began[a].Compare(began[b]) })
	want := []string{jobs[6], jobs[7], jobs[4], jobs[5], jobs[2], jobs[3], jobs[0], jobs[1]}
	if !slices.Equal(order, want) {
		t.Errorf("got  %v\nwant %v", order, want)
	}
}

func TestWhatProvidersSayOfTheirResultsIsAWarning(t *testing.T) {
	ann := start(t).User("ann")
	p, j := film(t, ann, draft(object{"script": "All is well. [mock:warn@image.generate] Is it? [mock:warn@image.generate]"}))
	path := "/api/v1/projects/" + p["project_id"].(string)
	check := func(j object) {
		t.Helper()
		p := ann.Get(path).Want(200).JSON()
		if want := "[map[code:PROVIDER_WARNING message:A magic word says to warn.]]"; fmt.Sprint(j["warnings"]) != want || fmt.Sprint(p["warnings"]) != want {
			t.Errorf("got %v and %v", j["warnings"], p["warnings"])
		}
	}
	check(j)
	again := ann.Post(path+"/generate", nil).Want(202).JSON()
	if was := again["warnings"]; was != nil && len(was.([]any)) != 0 {
		t.Errorf("before anything is made: %v", was)
	}
	check(settle(t, ann, again["job_id"].(string))) // with the pictures of the first film
}
