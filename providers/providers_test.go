package providers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

type shoutIn struct {
	Text   string            `json:"text" doc:"What to shout."`
	Volume float64           `json:"volume" default:"1" min:"0" max:"11" unit:"notches"`
	Mood   string            `json:"mood" default:"glad" enum:"glad,cross"`
	Tags   map[string]string `json:"tags,omitempty"`
	Sheet  *providers.File   `json:"sheet,omitempty"`
	Key    string            `json:"key,omitempty" secret:"true" enum:"a,b"`
}

type shoutOut struct {
	Parts []part `json:"parts"`
}

type part struct {
	Text string         `json:"text"`
	File providers.File `json:"file"`
	Note string         `json:"note,omitempty"`
}

var shout = providers.Capability[shoutIn, shoutOut]{Name: "t.shout", Description: "Shouts."}

func TestSchemaFollowsTheStruct(t *testing.T) {
	s := providers.SchemaOf[shoutIn]()
	if got, want := strings.Join(s.Names(), " "), "text volume mood tags sheet key"; got != want {
		t.Fatalf("attributes %q, want %q", got, want)
	}
	volume, _ := s.Attribute("volume")
	if volume.Required || string(volume.Default) != "1" || *volume.Max != 11 || volume.Unit != "notches" {
		t.Errorf("volume %+v", volume)
	}
	text, _ := s.Attribute("text")
	if !text.Required || text.Description != "What to shout." {
		t.Errorf("text %+v", text)
	}
	if sheet, _ := s.Attribute("sheet"); !providers.IsFileType(sheet.Type) || sheet.Required {
		t.Errorf("sheet %+v", sheet)
	}
	if key, _ := s.Attribute("key"); !key.Sensitive {
		t.Errorf("key %+v", key)
	}
}

func TestConformFillsInDefaultsAndNamesEveryProblem(t *testing.T) {
	s := providers.SchemaOf[shoutIn]()
	v, problems := s.Conform(map[string]cty.Value{"text": cty.StringVal("hey")})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if !v.GetAttr("mood").RawEquals(cty.StringVal("glad")) || !v.GetAttr("tags").IsNull() {
		t.Errorf("value %#v", v)
	}
	_, problems = s.Conform(map[string]cty.Value{
		"volum": cty.NumberIntVal(3), "volume": cty.NumberIntVal(12), "mood": cty.StringVal("crosss"), "tags": cty.True,
		"key": cty.StringVal("hunter2"),
	})
	got := providers.Problems(problems)
	for _, want := range []string{
		`volum: there is no such attribute; did you mean "volume"?`, "text: this attribute is required",
		"volume: must be at most 11 notches", `mood: "crosss" is not one of "glad", "cross"; did you mean "cross"?`,
		"tags: map of string is needed",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if strings.Contains(got, "hunter2") {
		t.Errorf("a secret is shown: %q", got)
	}
}

func TestFilesCrossTheWireByPath(t *testing.T) {
	in := providers.FileVal(providers.File{SHA256: "ab", Size: 3, MediaType: "text/plain", Name: "x.txt"})
	raw, err := providers.EncodeWire(cty.ObjectVal(map[string]cty.Value{"list": cty.ListVal([]cty.Value{in})}), func(f providers.File) (string, error) {
		return "/store/" + f.SHA256, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"list":[{"media_type":"text/plain","name":"x.txt","path":"/store/ab","sha256":"ab","size":3}]}`; string(raw) != want {
		t.Errorf("wire %s, want %s", raw, want)
	}
	v, err := providers.DecodeWire(json.RawMessage(`{"parts":[{"text":"a","file":{"path":"out.wav"}}]}`), providers.SchemaOf[shoutOut]().Type(), func(f providers.File) (providers.File, error) {
		return providers.File{SHA256: "cd", Size: 9, Name: f.Path}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files := providers.Files(v); len(files) != 1 || files[0].SHA256 != "cd" || files[0].Path != "" {
		t.Errorf("files %+v", files)
	}
}

func TestDecodeWireSaysWhereItDoesNotFit(t *testing.T) {
	ty := providers.SchemaOf[shoutOut]().Type()
	keep := func(f providers.File) (providers.File, error) { return f, fs.ErrPermission }
	for raw, want := range map[string]string{
		`{"parts":[{"text":"a","fiel":null}]}`:            `parts[0]: there is no attribute "fiel"`,
		`{"parts":{}}`:                                    "parts: a list is needed",
		`{"parts":[{"file":"x"}]}`:                        "parts[0].file: a file is needed",
		`{"parts":[{"file":{"path":"x"}}]}`:               "parts[0].file: permission denied",
		`{"parts":[{"file":{"path":"x","mode":"0777"}}]}`: `a file has no "mode"`,
		`{`: "unexpected EOF",
	} {
		if _, err := providers.DecodeWire(json.RawMessage(raw), ty, keep); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", raw, err, want)
		}
	}
}

func FuzzDecodeWire(f *testing.F) {
	f.Add([]byte(`{"parts":[{"text":"a","file":{"path":"x"}}]}`))
	f.Add([]byte(`{"parts":null}`))
	ty := providers.SchemaOf[shoutOut]().Type()
	f.Fuzz(func(t *testing.T, raw []byte) {
		v, err := providers.DecodeWire(raw, ty, func(f providers.File) (providers.File, error) { return f, nil })
		if err == nil && !v.IsNull() && !v.Type().Equals(ty) {
			t.Fatalf("%s decodes as %s", raw, v.Type().FriendlyName())
		}
		if err != nil {
			return
		}
		again, err := providers.EncodeWire(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := providers.DecodeWire(again, ty, nil); err != nil || !back.RawEquals(v) {
			t.Fatalf("%s was written as %s, which decodes as %#v, %v", raw, again, back, err)
		}
	})
}

func TestAHandlersFailuresAreTyped(t *testing.T) {
	p := providers.New("loud", "1", providers.Handle(shout, func(_ context.Context, call *providers.Call, in shoutIn) (shoutOut, error) {
		call.Charge(providers.USD(0.02))
		switch in.Text {
		case "panic":
			panic("too loud")
		case "plain":
			return shoutOut{}, fmt.Errorf("reading: %w", fs.ErrNotExist)
		case "typed":
			return shoutOut{}, fmt.Errorf("wrapped: %w", &providers.Error{Kind: providers.KindRejected, Message: "rude"})
		}
		call.Warn("a bit quiet")
		return shoutOut{}, nil
	}))
	for text, want := range map[string]providers.Kind{"panic": providers.KindInternal, "plain": providers.KindInternal, "typed": providers.KindRejected} {
		_, err := p.Execute(t.Context(), &providers.Call{Capability: "t.shout", Input: fmt.Appendf(nil, `{"text":%q}`, text)})
		if got := providers.AsError(err).Kind; got != want {
			t.Errorf("%s: kind %s, want %s", text, got, want)
		}
		if cost := providers.AsError(err).Cost; cost != 20_000 {
			t.Errorf("%s: cost %d", text, cost)
		}
		if text == "plain" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the cause is lost: %v", err)
		}
	}
	res, err := p.Execute(t.Context(), &providers.Call{Capability: "t.shout", Input: []byte(`{"text":"x"}`)})
	if err != nil || res.Cost.USD() != 0.02 || len(res.Warnings) != 1 {
		t.Errorf("result %+v, %v", res, err)
	}
	if _, err := p.Execute(t.Context(), &providers.Call{Capability: "t.whisper"}); providers.AsError(err).Kind != providers.KindInvalidInput {
		t.Errorf("error %v", err)
	}
}

func TestNearestSuggestsOnlyWhatIsNear(t *testing.T) {
	names := []string{"story_topic", "art_style", "duration"}
	for given, want := range map[string]string{"art_stlye": "art_style", "duraton": "duration", "STORY_TOPIC": "story_topic", "xyz": "", "": ""} {
		if got := providers.Nearest(given, names); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}

func TestMoneyRoundTrips(t *testing.T) {
	if m := providers.USD(0.0421); m != 42100 || m.USD() != 0.0421 {
		t.Errorf("%d, %v", m, m.USD())
	}
}

func TestInvalidInputIsSaidToTheCaller(t *testing.T) {
	e := providers.Invalid("The width is %d: give 64 to 3840.", 7)
	if e.Kind != providers.KindInvalidInput || e.User != "The width is 7: give 64 to 3840." || e.Message != e.User {
		t.Errorf("%+v", e)
	}
}
