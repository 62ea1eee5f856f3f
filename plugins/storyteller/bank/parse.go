package bank

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/filmloom/filmloom/providers/film"
)

var (
	cameras  = []string{"wide", "medium", "close", "aerial"}
	slotName = regexp.MustCompile(`^[A-Z]+$`)
	slotUse  = regexp.MustCompile(`\{([^{}]*)\}?|\}`)
	idName   = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
)

// Parse reads the stories in a file. name stands in error messages, which have the form
// "file:line: what is wrong". A file has one topic and at least one story.
func Parse(name, text string) ([]Story, error) {
	p := parser{name: name}
	for i, line := range strings.Split(text, "\n") {
		p.line = i + 1
		if err := p.read(line); err != nil {
			return nil, err
		}
	}
	if err := p.finish(); err != nil {
		return nil, err
	}
	if len(p.stories) == 0 {
		return nil, fmt.Errorf("%s: the file holds no story; begin one with \"story its-id\"", name)
	}
	return p.stories, nil
}

// parser is the state between two lines. story and scene are what is being read, or nil.
type parser struct {
	name    string
	line    int
	topic   string
	stories []Story
	story   *Story
	scene   *Scene
}

func (p *parser) errorf(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", p.name, line, fmt.Sprintf(format, args...))
}

func (p *parser) read(line string) error {
	line = strings.TrimRight(line, " \t\r")
	switch {
	case line == "" || strings.HasPrefix(line, "#"):
		return nil
	case strings.HasPrefix(line, "  "):
		return p.narration(strings.TrimSpace(line))
	}
	if head, picture, ok := strings.Cut(line, "|"); ok {
		camera, long := strings.CutPrefix(strings.TrimSpace(head), "long ")
		if slices.Contains(cameras, camera) {
			return p.beginScene(long, camera, strings.TrimSpace(picture))
		}
	}
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if rest == "" {
		return p.errorf(p.line, "%q has nothing after its first word; write \"topic\", \"story\", \"title\", \"mood\", \"about\", \"name\", \"looks\" or a scene, each with its text", line)
	}
	switch word {
	case "topic":
		return p.setTopic(rest)
	case "story":
		return p.beginStory(rest)
	}
	if p.story == nil {
		return p.errorf(p.line, "%q stands outside a story; begin one with \"story its-id\"", word)
	}
	if len(p.story.Scenes) > 0 || p.scene != nil {
		return p.errorf(p.line, "%q must be a scene (\"wide | picture\"; also medium, close, aerial, each with or without \"long\" before it) or the next \"story\"", line)
	}
	return p.header(word, rest)
}

func (p *parser) setTopic(topic string) error {
	if p.topic != "" {
		return p.errorf(p.line, "the topic is given twice; a file has one topic")
	}
	if !slices.Contains(strings.Split(film.Topics, ","), topic) {
		return p.errorf(p.line, "%q is no topic; choose one of %s", topic, film.Topics)
	}
	p.topic = topic
	return nil
}

func (p *parser) beginStory(id string) error {
	if p.topic == "" {
		return p.errorf(p.line, "the story comes before its topic; begin the file with \"topic\"")
	}
	if !idName.MatchString(id) {
		return p.errorf(p.line, "%q is no identity of a story; use lower-case words joined by hyphens", id)
	}
	if err := p.finish(); err != nil {
		return err
	}
	p.story = &Story{ID: id, Topic: p.topic, line: p.line}
	return nil
}

// header reads a line between "story" and the first scene.
func (p *parser) header(word, rest string) error {
	s := p.story
	set := func(field *string) error {
		if *field != "" {
			return p.errorf(p.line, "%q is given twice for the story %q", word, s.ID)
		}
		*field = rest
		return nil
	}
	switch word {
	case "title":
		return set(&s.Title)
	case "about":
		return set(&s.About)
	case "mood":
		if !slices.Contains(strings.Split(film.Genres, ","), rest) {
			return p.errorf(p.line, "%q is no mood; choose one of %s", rest, film.Genres)
		}
		return set(&s.Mood)
	case "name", "looks":
		slot, value, _ := strings.Cut(rest, " ")
		if !slotName.MatchString(slot) || strings.TrimSpace(value) == "" {
			return p.errorf(p.line, "a %q line needs a slot in capital letters and its text, as in \"%s KEEPER ...\"", word, word)
		}
		return p.role(word, slot, strings.TrimSpace(value))
	}
	return p.errorf(p.line, "%q is unknown; write title, mood, about, name, looks or a scene", word)
}

func (p *parser) role(word, slot, value string) error {
	i := slices.IndexFunc(p.story.Roles, func(r Role) bool { return r.Slot == slot })
	switch {
	case word == "name" && i >= 0:
		return p.errorf(p.line, "the slot %s is named twice", slot)
	case word == "name":
		role := Role{Slot: slot}
		for _, name := range strings.Split(value, "|") {
			name = strings.TrimSpace(name)
			if name == "" || slices.Contains(role.Names, name) {
				return p.errorf(p.line, "the names of %s hold an empty or repeated one", slot)
			}
			role.Names = append(role.Names, name)
		}
		p.story.Roles = append(p.story.Roles, role)
	case i < 0:
		return p.errorf(p.line, "the slot %s has looks before it has a name", slot)
	case p.story.Roles[i].Looks != "":
		return p.errorf(p.line, "the slot %s has looks twice", slot)
	default:
		p.story.Roles[i].Looks = value
	}
	return nil
}

func (p *parser) beginScene(long bool, camera, picture string) error {
	if p.story == nil {
		return p.errorf(p.line, "the scene stands outside a story; begin one with \"story its-id\"")
	}
	if p.scene != nil {
		return p.errorf(p.scene.line, "the scene has no narration; write it on the next line, indented by two spaces")
	}
	if picture == "" {
		return p.errorf(p.line, "the scene has no picture; describe it after the bar")
	}
	p.scene = &Scene{Long: long, Camera: camera, Picture: picture, line: p.line}
	return nil
}

func (p *parser) narration(text string) error {
	if p.scene == nil {
		return p.errorf(p.line, "a narration (an indented line) must follow the line of its scene, and there is one for each")
	}
	p.scene.Narration = text
	p.story.Scenes = append(p.story.Scenes, *p.scene)
	p.scene = nil
	return nil
}

// finish checks the story that was being read and keeps it.
func (p *parser) finish() error {
	s := p.story
	if s == nil {
		return nil
	}
	if p.scene != nil {
		return p.errorf(p.scene.line, "the scene has no narration; write it on the next line, indented by two spaces")
	}
	for _, field := range []struct{ name, value string }{{"title", s.Title}, {"mood", s.Mood}, {"about", s.About}} {
		if field.value == "" {
			return p.errorf(s.line, "the story %q has no %s", s.ID, field.name)
		}
	}
	if len(s.Scenes) == 0 {
		return p.errorf(s.line, "the story %q has no scene", s.ID)
	}
	if slices.ContainsFunc(p.stories, func(o Story) bool { return o.ID == s.ID }) {
		return p.errorf(s.line, "the story %q is in the file twice", s.ID)
	}
	for _, scene := range s.Scenes {
		if err := p.checkSlots(s, scene); err != nil {
			return err
		}
	}
	p.stories = append(p.stories, *s)
	p.story = nil
	return nil
}

// checkSlots makes sure that slots are declared, and that whoever is named is also shown.
func (p *parser) checkSlots(s *Story, scene Scene) error {
	shown := map[string]bool{}
	for _, use := range slotUse.FindAllStringSubmatch(scene.Picture, -1) {
		i := slices.IndexFunc(s.Roles, func(r Role) bool { return use[0] == "{"+r.Slot+"}" })
		if i < 0 || s.Roles[i].Looks == "" {
			return p.errorf(scene.line, "%s in the picture is no slot with looks", use[0])
		}
		shown[use[1]] = true
	}
	for _, use := range slotUse.FindAllStringSubmatch(scene.Narration, -1) {
		i := slices.IndexFunc(s.Roles, func(r Role) bool { return use[0] == "{"+r.Slot+"}" })
		if i < 0 {
			return p.errorf(scene.line+1, "%s is no slot of the story", use[0])
		}
		if s.Roles[i].Looks != "" && !shown[use[1]] {
			return p.errorf(scene.line, "the narration names %s, so the picture must show %s as well", use[0], use[0])
		}
	}
	return nil
}
