package videoapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/servertest"
)

func TestVideoFromARegenerateUntilTheNewFilmTheTaskIsProcessing(t *testing.T) {
	ann := start(t).User("ann")
	done := film(t, ann, request())
	id := done["task_id"].(string)
	image := images(done)[1]["id"].(string)
	for range 5 {
		before := len(images(ann.Get("/v1/video/tasks/" + id).JSON())[1]["urls"].([]any))
		made := ann.Post("/v1/images/"+image, nil).Want(200).JSON()
		if made["status"] != "processing" || len(made["urls"].([]any)) != before || made["task_id"] != id {
			t.Errorf("got %v", made)
		}
		seen := map[string]bool{}
		last := until(t, ann, id, func(task map[string]any) bool {
			seen[task["status"].(string)] = true
			if task["progress"] != 1.0 || task["url"] == nil {
				t.Errorf("meanwhile: %v", task)
			}
			return task["status"] != "processing"
		})
		if last["status"] != "completed" || seen["queued"] {
			t.Errorf("got %v, seen %v", last, seen)
		}
		if urls := images(last)[1]["urls"].([]any); len(urls) != before+1 {
			t.Errorf("%d takes", len(urls))
		}
	}
}

func TestVideoAFailedRegenerateKeepsTheFilm(t *testing.T) {
	ann := start(t).User("ann")
	done := film(t, ann, request())
	id := done["task_id"].(string)
	image := images(done)[1]["id"].(string)
	ann.Patch("/v1/images/"+image, map[string]any{"prompt": "a key [mock:reject]"}).Want(200)
	failed := settle(t, ann, id)
	if failed["status"] != "failed" || failed["error_message"] == nil || digest(failed["url"].(string)) != digest(done["url"].(string)) || failed["progress"] != 1.0 {
		t.Errorf("got %v", failed)
	}
	ann.Get(failed["url"].(string)).Want(200)
	ann.Patch("/v1/images/"+image, map[string]any{"prompt": "a key on a stair"}).Want(200)
	again := settle(t, ann, id)
	if again["status"] != "completed" || again["error_message"] != nil || digest(again["url"].(string)) == digest(done["url"].(string)) {
		t.Errorf("got %v", again)
	}
}

func TestVideoImagesAreInTheOrderOfTheScenesAndTellTheirNarration(t *testing.T) {
	ann := start(t).User("ann")
	task := film(t, ann, request())
	text, from := task["story_text"].(string), 0
	for i, img := range images(task) {
		at := strings.Index(text[from:], img["subtitles"].(string))
		if at < 0 || !strings.HasSuffix(img["id"].(string), fmt.Sprintf("scene-%02d", i+1)) {
			t.Errorf("image %d is %v", i, img)
			continue
		}
		from += at
	}
}

func TestVideoARegenerateMayLeaveTheFilm(t *testing.T) {
	ann := start(t).User("ann")
	done := film(t, ann, request())
	id := done["task_id"].(string)
	first, second := images(done)[0]["id"].(string), images(done)[1]["id"].(string)
	ann.Post("/v1/images/"+first+"?rerender=false", nil).Want(200)
	still := settle(t, ann, id)
	if len(images(still)[0]["urls"].([]any)) != 2 || digest(still["url"].(string)) != digest(done["url"].(string)) {
		t.Errorf("got %v", still)
	}
	waited := ann.Preferring("wait=60").Post("/v1/images/"+second, nil).Want(200)
	if v := waited.JSON(); v["status"] != "completed" || len(v["urls"].([]any)) != 2 || waited.Header.Get("Preference-Applied") != "wait=60" {
		t.Errorf("got %s", waited.Body)
	}
	last := settle(t, ann, id)
	if digest(last["url"].(string)) == digest(done["url"].(string)) {
		t.Error("the film has not changed")
	}
	for i, n := range []int{2, 2, 1, 1, 1, 1} {
		if urls := images(last)[i]["urls"].([]any); len(urls) != n {
			t.Errorf("image %d has %d takes", i, len(urls))
		}
	}
	ann.Post("/v1/images/"+first+"?rerender=maybe", nil).Want(422)
}

func TestVideoAnImageThatIsBeingMadeIsBusy(t *testing.T) {
	ann := start(t).User("ann")
	id := order(t, ann, telling(hang))
	image := images(until(t, ann, id, hasImages))[0]["id"].(string)
	problem(t, ann.Post("/v1/images/"+image, nil), 409, "This image is being made already")
	problem(t, ann.Patch("/v1/images/"+image, map[string]any{"prompt": "a"}), 409, "This image is being made already")
}

func TestVideoAFailedImageFailsItsTaskAndCanBeMadeAnew(t *testing.T) {
	ann := start(t).User("ann")
	failed := film(t, ann, telling("All is well. Here it is not. [mock:reject:4@image.generate] All is well again."))
	if failed["status"] != "failed" || failed["error_message"] == nil {
		t.Fatalf("got %v", failed)
	}
	place := 2 // the words stand before the last sentence
	if images(failed)[place]["status"] != "failed" {
		t.Fatalf("got %v", images(failed))
	}
	id := failed["task_id"].(string)
	image := images(failed)[place]["id"].(string)
	// The picture is rejected as long as it is asked for in the same words.
	ann.Patch("/v1/images/"+image, map[string]any{"prompt": "a quiet harbour"}).Want(200)
	if done := settle(t, ann, id); done["status"] != "completed" || done["url"] == nil || done["error_message"] != nil {
		t.Errorf("got %v", done)
	}
}

func TestVideoEditingTheTextOfAnImageSpeaksItAnew(t *testing.T) {
	ann := start(t).User("ann")
	done := film(t, ann, request())
	id, image := done["task_id"].(string), images(done)[3]["id"].(string)
	edited := ann.Patch("/v1/images/"+image, map[string]any{"subtitles": "Quite another text."}).Want(200).JSON()
	if edited["task_id"] != id || edited["status"] != "completed" {
		t.Errorf("got %v", edited)
	}
	last := settle(t, ann, id)
	img := images(last)[3]
	if img["subtitles"] != "Quite another text." || len(img["urls"].([]any)) != 1 || digest(last["url"].(string)) == digest(done["url"].(string)) {
		t.Errorf("got %v", img)
	}
	if set := ann.Get("/v1/images/tasks/" + id).JSON(); fmt.Sprint(set["images"]) != fmt.Sprint(last["images"]) {
		t.Errorf("got %v", set)
	}
	for _, body := range []any{map[string]any{}, map[string]any{"prompt": ""}, map[string]any{"prompt": nil}, map[string]any{"prompt": strings.Repeat("a", 2001)}, nil} {
		ann.Patch("/v1/images/"+image, body).Want(422)
	}
}

// Changes that come while others are made take their places. Whoever waits for a picture waits for the new one.
func TestVideoWaitingForPicturesThatAreOrderedOneAfterTheOther(t *testing.T) {
	ann := slow(t, 50*time.Millisecond).User("ann")
	task := film(t, ann, request())
	waiting := ann.Preferring("wait=60")
	const many = 4
	answers := make(chan *servertest.Answer, many)
	for _, img := range images(task)[:many] {
		began := make(chan struct{})
		go func() {
			close(began)
			// A change that is recorded at the same moment as another is refused, and tried again.
			a := waiting.Post("/v1/images/"+img["id"].(string), nil)
			for end := time.Now().Add(time.Minute); a.Status == 409 && strings.Contains(string(a.Body), "same moment") && time.Now().Before(end); {
				a = waiting.Post("/v1/images/"+img["id"].(string), nil)
			}
			answers <- a
		}()
		<-began
	}
	for range many {
		got := (<-answers).Want(200).JSON()
		if urls := got["urls"].([]any); got["status"] != "completed" || len(urls) != 2 {
			t.Errorf("%v with %d urls", got["status"], len(urls))
		}
	}
	settle(t, ann, task["task_id"].(string))
}

func TestVideoWaitingForThePicturesOfATask(t *testing.T) {
	ann := slow(t, 20*time.Millisecond).User("ann")
	id := order(t, ann, request())
	a := ann.Preferring("wait=60").Get("/v1/images/tasks/" + id).Want(200)
	if got := a.JSON(); got["status"] != "completed" || len(images(got)) == 0 || a.Header.Get("Preference-Applied") != "wait=60" {
		t.Errorf("%v %s", a.Header, a.Body)
	}
	hanging := order(t, ann, telling(hang))
	a = ann.Preferring("wait=1").Get("/v1/images/tasks/" + hanging).Want(200)
	if got := a.JSON(); got["status"] == "completed" || a.Header.Get("Preference-Applied") != "wait=1" {
		t.Errorf("%v %s", a.Header, a.Body)
	}
	bob := "/v1/images/tasks/0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"
	ann.Preferring("wait=60").Get(bob).Want(404)
}

func TestVideoATextWithNothingToSeeIsNone(t *testing.T) {
	ann := start(t).User("ann")
	task := film(t, ann, request())
	img := images(task)[0]["id"].(string)
	for _, blank := range []string{" ", "\n\t", "\u200b", "\u00a0", "\x00"} {
		for what, a := range map[string]*servertest.Answer{
			"body.custom_topic": ann.Post("/v1/video", with(map[string]any{"story_topic": "custom topic", "custom_topic": blank})),
			"body.custom_story": ann.Post("/v1/video", telling(blank)),
			"body.prompt":       ann.Patch("/v1/images/"+img, map[string]any{"prompt": blank}),
			"body.subtitles":    ann.Patch("/v1/images/"+img, map[string]any{"subtitles": blank}),
		} {
			if got := a.Want(422).JSON(); got["detail"] != what+": has no text" {
				t.Errorf("%q: %s", blank, a.Body)
			}
		}
	}
	// One mistake is told once.
	if a := ann.Post("/v1/video", telling("")).Want(422); a.JSON()["detail"] != "body.custom_story: expected length >= 1" {
		t.Errorf("%s", a.Body)
	}
}
