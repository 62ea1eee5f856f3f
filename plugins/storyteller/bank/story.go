package bank

import (
	"fmt"
	"strings"

	"github.com/filmloom/filmloom/providers/film"
)

// A Story is one entry of the bank.
type Story struct {
	ID     string // unique in the bank: "crow-point"
	Topic  string // one of film.Topics
	Title  string
	Mood   string // one of film.Genres
	About  string // for a video platform, with hashtags
	Roles  []Role
	Scenes []Scene

	line int // where it begins in its file
}

// A Role is a slot of a story: a character whose name may vary.
type Role struct {
	Slot  string   // "KEEPER", written {KEEPER} in the story
	Names []string // at least one
	Looks string   // "" when the story never shows them
}

// A Scene is one picture and what is told over it.
type Scene struct {
	Long      bool   // told in the long variant only
	Camera    string // wide, medium, close or aerial
	Picture   string // may hold slots
	Narration string // may hold slots

	line int
}

// Casts is the number of ways to fill the story's slots.
func (s Story) Casts() uint64 {
	n := uint64(1)
	for _, r := range s.Roles {
		n *= uint64(len(r.Names))
	}
	return n
}

// motions is the order in which the camera moves from scene to scene: no movement follows itself,
// and every zoom is answered by its opposite.
var motions = [...]string{"zoom-in", "pan-left", "zoom-out", "pan-right", "zoom-in", "pan-up", "zoom-out", "pan-down"}

// Motion is the movement of the camera in the scene with the given number, from 0.
func Motion(scene int) string { return motions[scene%len(motions)] }

// SceneID is the identity of the scene with the given number, from 0: "scene-01".
func SceneID(scene int) string { return fmt.Sprintf("scene-%02d", scene+1) }

// Tell tells the story, in its long variant or the short one. cast chooses the names: any number
// below s.Casts(), larger ones wrap around.
func (s Story) Tell(long bool, cast uint64) film.Story {
	var spoken, shown []string // replacements in narrations and in pictures
	told := film.Story{Title: s.Title, Description: s.About, Mood: s.Mood, Characters: []film.Character{}}
	for _, r := range s.Roles {
		n := uint64(len(r.Names))
		name := r.Names[cast%n]
		cast /= n
		spoken = append(spoken, "{"+r.Slot+"}", name)
		shown = append(shown, "{"+r.Slot+"}", r.Looks)
		if r.Looks != "" {
			told.Characters = append(told.Characters, film.Character{Name: name, Looks: r.Looks})
		}
	}
	speak, show := strings.NewReplacer(spoken...), strings.NewReplacer(shown...)
	told.Title, told.Description = speak.Replace(told.Title), speak.Replace(told.Description)
	var text []string
	for _, scene := range s.Scenes {
		if scene.Long && !long {
			continue
		}
		n := len(told.Scenes)
		told.Scenes = append(told.Scenes, film.Scene{
			ID:          SceneID(n),
			Narration:   speak.Replace(scene.Narration),
			ImagePrompt: show.Replace(scene.Picture),
			Camera:      scene.Camera,
			Motion:      Motion(n),
		})
		text = append(text, told.Scenes[n].Narration)
	}
	told.Text = strings.Join(text, " ")
	return told
}
