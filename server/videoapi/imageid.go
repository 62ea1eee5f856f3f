package videoapi

import (
	"encoding/base64"
	"strings"
)

// An image's id is made of its task's and its scene's, so that it need not be kept anywhere. The scene's is as
// it is where it is plain, and encoded after a tilde where a pipeline names scenes otherwise.

// imageID names the picture of a scene.
func imageID(task, scene string) string {
	if plain(scene) {
		return task + "." + scene
	}
	return task + ".~" + base64.RawURLEncoding.EncodeToString([]byte(scene))
}

// imageOf tells which picture an id names; false means that it names none.
func imageOf(id string) (task, scene string, ok bool) {
	task, scene, ok = strings.Cut(id, ".")
	if !ok || task == "" {
		return "", "", false
	}
	if encoded, is := strings.CutPrefix(scene, "~"); is {
		raw, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
		// The decoder skips line breaks; an image has one id.
		if err != nil || plain(string(raw)) || strings.ContainsAny(encoded, "\r\n") {
			return "", "", false
		}
		return task, string(raw), true
	}
	return task, scene, plain(scene)
}

// plain tells whether a text can stand in a path as it is.
func plain(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}) < 0
}
