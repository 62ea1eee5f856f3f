package openai

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/filmloom/filmloom/plugins/openai/lenient"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// A draft is a story as a model writes it, or what it says of a text that is there already. Nothing in it
// is trusted.
type draft struct {
	Title       lenient.Text
	Description lenient.Text
	Mood        lenient.Text
	Characters  []person
	Scenes      []shot
}

type person struct{ Name, Looks lenient.Text }

type shot struct {
	First       lenient.Int // number of its first sentence, from 1, where the text is there already
	Narration   lenient.Text
	ImagePrompt lenient.Text `json:"image_prompt"`
	Camera      lenient.Text
	Motion      lenient.Text
}

var (
	cameras = []string{"wide", "medium", "close", "aerial"}
	// motions are in the order in which they take turns: a move in one direction is followed by one in
	// another. "still" is taken only where a model asks for it.
	motions = []string{"zoom-in", "pan-right", "zoom-out", "pan-left", "pan-up", "pan-down"}
	genres  = strings.Split(film.Genres, ",")
)

func text(description string) map[string]any {
	return map[string]any{"type": "string", "description": description}
}

func oneOf(values []string, description string) map[string]any {
	return map[string]any{"type": "string", "enum": values, "description": description}
}

// object is a schema in the form that strict mode wants: all attributes required, no others allowed.
func object(properties map[string]any, order ...string) map[string]any {
	return map[string]any{"type": "object", "properties": properties, "required": order, "additionalProperties": false}
}

func list(of map[string]any, description string) map[string]any {
	return map[string]any{"type": "array", "items": of, "description": description}
}

// draftSchema is the schema of a draft. own tells that the text is there already: then a scene has the
// number of its first sentence instead of a narration.
func draftSchema(own bool) map[string]any {
	shot := map[string]any{
		"narration":    text("Exactly what the narrator says, one to three sentences."),
		"image_prompt": text("In English: what the picture shows: subject, place, time of day, weather, light. Characters by name. No style, no text in the picture."),
		"camera":       oneOf(cameras, "Framing."),
		"motion":       oneOf(append(motions[:len(motions):len(motions)], "still"), "Movement of the camera."),
	}
	first := "narration"
	if own {
		delete(shot, "narration")
		first = "first"
		shot[first] = map[string]any{"type": "integer", "description": "Number of the scene's first sentence."}
	}
	return object(map[string]any{
		"title":       text("Title in the language of the narration, at most 70 characters."),
		"description": text("For a video platform, in the language of the narration: 150 to 200 characters with three hashtags at the end."),
		"mood":        oneOf(genres, "Genre of music that fits."),
		"characters": list(object(map[string]any{
			"name":  text("As the narration names them."),
			"looks": text("In English, always the same: age, build, hair, clothes with colours."),
		}, "name", "looks"), "Who is seen in more than one scene."),
		"scenes": list(object(shot, first, "image_prompt", "camera", "motion"), "In order."),
	}, "title", "description", "mood", "characters", "scenes")
}

// A finding is what is wrong with an answer.
type finding struct {
	what  string // as the model is told
	fatal bool   // code cannot mend it
}

// mostRepeated is how much of an answer a model gets to see again, in characters. More than that is a
// model that did not find its end.
const mostRepeated = 60_000

// request asks a model for an object of the question's schema that has the attribute key, reads it into
// out, and has it checked. An answer with a finding is sent back once, with all of them; after that only
// fatal ones count. out must be a pointer to a value that can be read into again.
func request[T any](ctx context.Context, j *job, q question, key string, check func(T) []finding) (T, error) {
	var best, none T
	usable := false // best is
	var earlier []turn
	end := q.to
	q.to -= (q.to - q.from) / 4 // what is left is for a second try
	for attempt := range 2 {
		if attempt == 1 {
			q.from, q.to, q.doing = q.to, end, q.doing+", once more"
		}
		answer, err := j.ask(ctx, q, earlier...)
		if err != nil {
			if usable && ctx.Err() == nil { // a good enough answer is there
				j.call.Log(slog.LevelWarn, "the second try failed; the first answer is used", "error", err.Error())
				return best, nil
			}
			return none, err
		}
		findings := []finding{}
		var got T
		if raw, err := lenient.Object(answer, key); err != nil {
			findings = append(findings, finding{err.Error(), true})
		} else if err := json.Unmarshal(raw, &got); err != nil {
			findings = append(findings, finding{"the JSON has another shape than asked for: " + err.Error(), true})
		} else {
			findings = check(got)
		}
		if len(findings) == 0 {
			return got, nil
		}
		var words []string
		fatal := false
		for _, f := range findings {
			words = append(words, f.what)
			fatal = fatal || f.fatal
		}
		if !fatal {
			best, usable = got, true
		}
		complaint := strings.Join(words, "; ")
		j.call.Log(slog.LevelInfo, "the model's answer has faults", "faults", complaint, "attempt", attempt+1)
		if attempt == 1 {
			if usable {
				return best, nil
			}
			return none, j.failure(providers.KindInternal, "the model's answer cannot be used, after a second try: "+j.clean(complaint),
				fmt.Sprintf("set %s to a more capable model", settings[j.call.Capability]))
		}
		if runes := []rune(answer); len(runes) > mostRepeated {
			answer = string(runes[:mostRepeated])
		}
		earlier = []turn{{answer, fmt.Sprintf("That answer cannot be used as it is: %s. Answer again with the whole JSON object, with this put right and the rest kept.", complaint)}}
	}
	return none, nil // not reached
}
