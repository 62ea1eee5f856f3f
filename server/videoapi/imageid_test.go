package videoapi_test

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/server/videoapi"
)

func TestAnImagesIDTellsItsTaskAndSceneWhateverTheSceneIsCalled(t *testing.T) {
	seen := map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		task := rapid.StringMatching(`[0-9a-f-]{36}`).Draw(t, "task")
		scene := rapid.OneOf(rapid.StringMatching(`scene-[0-9]{2}`), rapid.String(), rapid.SampledFrom([]string{"", ".", "~", "~YQ", "a.b", "é", "\xff", "scene 1", "/", "%2F"})).Draw(t, "scene")
		id := videoapi.ImageID(task, scene)
		if id != url.PathEscape(id) {
			t.Fatalf("%q cannot stand in a path", id)
		}
		gotTask, gotScene, ok := videoapi.ImageOf(id)
		if !ok || gotTask != task || gotScene != scene {
			t.Fatalf("%q: %q %q %v, not %q %q", id, gotTask, gotScene, ok, task, scene)
		}
		if other, ok := seen[id]; ok && other != task+"\x00"+scene {
			t.Fatalf("%q is of two images", id)
		}
		seen[id] = task + "\x00" + scene
	})
}

func FuzzImageID(f *testing.F) {
	for _, s := range []string{"a.scene-01", "a.~c2NlbmU", "a.", ".", "~", "a.~", "a.b.c", "a.~YQ", "a.~YR", "a.~!!", "0.~\r", "\xff.\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, id string) {
		task, scene, ok := videoapi.ImageOf(id)
		if !ok {
			return
		}
		// Nothing but the one id of an image names it.
		if again := videoapi.ImageID(task, scene); again != id {
			t.Errorf("%q names %q %q, whose id is %q", id, task, scene, again)
		}
		if task == "" || strings.Contains(task, ".") {
			t.Errorf("%q: task %q", id, task)
		}
	})
}

func FuzzLastEventID(f *testing.F) {
	for _, s := range []string{"1-1", "0-1", "1-0", "2-18446744073709551615", "2-18446744073709551616", "01-1", "1-", "-1", "1-1-1", " 1-1", "+1-1", "1e3-1", "1-1\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, id string) {
		p, ok := videoapi.PositionOf(id)
		if !ok || id == "" {
			return
		}
		if p.Order < 1 || videoapi.EventID(p) != id {
			t.Errorf("%q is %+v", id, p)
		}
	})
}
