package youtube_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/providers"
)

var routed = regexp.MustCompile(`(?s)(route "[^"]+" \{)[^}]*\}`)

// studio is an engine of the shipped pipelines in which the mock makes all but the upload.
func studio(t *testing.T, env map[string]string, secrets func(context.Context, string) (string, error)) *engine.Engine {
	t.Helper()
	hcl := routed.ReplaceAll(filmloom.Pipelines, []byte("$1\n  prefer = [\"mock\"]\n}"))
	return opened(t, engine.Config{
		Dir: t.TempDir(), Source: pipeline.Source{"pipelines.hcl": hcl}, Providers: builtin.InProcess(), Secrets: secrets,
		Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
}

func uploading(t *testing.T, vendor *youtubetest.Server) *engine.Engine {
	t.Helper()
	env := map[string]string{"FILMLOOM_YOUTUBE_UPLOAD_URL": vendor.UploadURL(), "FILMLOOM_YOUTUBE_STATE_DIR": filepath.Join(t.TempDir(), "state")}
	return studio(t, env, func(_ context.Context, reference string) (string, error) {
		if reference != "youtube:ada" {
			return "", fmt.Errorf("the reference is %q", reference)
		}
		return vendor.Token(youtubetest.ScopeUpload), nil
	})
}

var asked = engine.Inputs{
	"script": "The lamp went out.\nMARA: Who is there?", "title": "The <Lamp>", "duration": 8, "language": "german",
	"youtube_upload": true, "youtube_account": "ada",
}

// made runs script_video to its end.
func made(t *testing.T, eng *engine.Engine, in engine.Inputs, from string) (*engine.Run, engine.Outputs, error) {
	t.Helper()
	run, err := eng.Start(t.Context(), "script_video", in, engine.StartOptions{From: from, Seed: 7, HasSeed: true})
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.Wait(t.Context())
	return run, out, err
}

func decoded[T any](t *testing.T, out engine.Outputs, name string) (v T) {
	t.Helper()
	if err := out.Decode(name, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// calls are the stages in which a run has made a call itself.
func calls(run *engine.Run) (names []string) {
	for _, s := range run.Status().Stages {
		if s.Done > s.Reused {
			names = append(names, s.Name)
		}
	}
	return names
}

func TestAFilmOfAScriptIsUploaded(t *testing.T) {
	vendor := youtubetest.New(t)
	eng := uploading(t, vendor)
	run, out, err := made(t, eng, asked, "")
	if err != nil {
		t.Fatal(err)
	}
	videos := vendor.Videos()
	if len(videos) != 1 {
		t.Fatalf("%d videos", len(videos))
	}
	v, film, picture := videos[0], decoded[providers.File](t, out, "video"), decoded[providers.File](t, out, "thumbnail")
	if v.SHA256 != film.SHA256 || v.MediaType != "video/mp4" || v.Thumbnail != picture.SHA256 || decoded[string](t, out, "youtube_url") != "https://youtu.be/"+v.ID {
		t.Errorf("%+v", v)
	}
	if v.Snippet.Title != "The ‹Lamp›" || v.Snippet.Description == "" || v.Snippet.DefaultLanguage != "de" || v.Status.PrivacyStatus != "private" || *v.Status.SelfDeclaredMadeForKids {
		t.Errorf("%+v, %+v", v.Snippet, v.Status)
	}
	stages := run.Status().Stages
	if last := stages[len(stages)-1]; last.Name != "youtube_upload" || last.Step != "youtube_upload" || last.State != engine.Completed {
		t.Errorf("the last stage is %+v", last)
	}
	// The same film again is the same video.
	run, out, err = made(t, eng, asked, run.ID)
	if err != nil || len(calls(run)) > 0 || len(vendor.Videos()) != 1 || decoded[string](t, out, "youtube_url") != "https://youtu.be/"+v.ID {
		t.Errorf("%v; calls %v, %d videos", err, calls(run), len(vendor.Videos()))
	}
}

// Neither settings nor a network are needed by whoever uploads nothing.
func TestAFilmThatIsNotUploadedNeedsNothing(t *testing.T) {
	for name, env := range map[string]map[string]string{"no settings": nil, "wrong settings": {"FILMLOOM_YOUTUBE_UPLOAD_URL": "youtube"}} {
		t.Run(name, func(t *testing.T) {
			eng := studio(t, env, nil)
			_, out, err := made(t, eng, engine.Inputs{"script": "The lamp went out."}, "")
			if err != nil || decoded[*string](t, out, "youtube_url") != nil {
				t.Errorf("%v", err)
			}
			in := engine.Inputs{"script": "The lamp went out.", "youtube_upload": true}
			run, err := eng.Start(t.Context(), "script_video", in)
			var unready *engine.NotReadyError
			if name == "wrong settings" {
				if !errors.As(err, &unready) || unready.Missing[0].Provider != "youtube" || !strings.Contains(unready.Missing[0].Problem, "upload_url") {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := run.Wait(t.Context()); err == nil || !strings.Contains(err.Error(), "engine.Config.Secrets") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// When the upload fails the run fails, and the film is there: in what is known of the run, in a retry, which makes the
// upload alone, and in a run without the upload, which makes nothing.
func TestAFailedUploadLosesNoFilm(t *testing.T) {
	vendor := youtubetest.New(t)
	eng := uploading(t, vendor)
	vendor.Interfere(func(r youtubetest.Request) *youtubetest.Fault {
		if r.Kind == youtubetest.Begin {
			return youtubetest.Refuse(403, "quotaExceeded")
		}
		return nil
	})
	failed, _, err := made(t, eng, asked, "")
	var why *engine.RunError
	if !errors.As(err, &why) || why.Kind != providers.KindUnauthorized || why.Address != "youtube_upload" || why.Attempts != 1 || !strings.Contains(why.User, "try again tomorrow") {
		t.Fatalf("got %+v", err)
	}
	known, err := failed.Outputs()
	if err != nil {
		t.Fatal(err)
	}
	film := decoded[*providers.File](t, known, "video")
	if film == nil || film.SHA256 == "" || decoded[*string](t, known, "youtube_url") != nil {
		t.Errorf("known are %+v", film)
	}

	without := engine.Inputs{}
	for name, value := range asked {
		without[name] = value
	}
	without["youtube_upload"] = false
	run, out, err := made(t, eng, without, failed.ID)
	if err != nil || len(calls(run)) > 0 || decoded[providers.File](t, out, "video").SHA256 != film.SHA256 {
		t.Errorf("without the upload: %v, calls %v", err, calls(run))
	}

	vendor.Interfere(nil)
	run, out, err = made(t, eng, asked, failed.ID)
	if err != nil || !slices.Equal(calls(run), []string{"youtube_upload"}) || decoded[string](t, out, "youtube_url") == "" || len(vendor.Videos()) != 1 || vendor.Videos()[0].SHA256 != film.SHA256 {
		t.Errorf("the retry: %v, calls %v, videos %+v", err, calls(run), vendor.Videos())
	}
}

// A retry in a new run gets no checkpoint, and goes on all the same.
func TestARetryGoesOnWhereTheUploadWas(t *testing.T) {
	vendor := youtubetest.New(t)
	eng := uploading(t, vendor)
	vendor.Interfere(func(r youtubetest.Request) *youtubetest.Fault {
		switch {
		case r.Kind == youtubetest.Piece && r.N == 1:
			return &youtubetest.Fault{Keep: 1000, Cut: true}
		case r.Kind == youtubetest.Query:
			return youtubetest.Refuse(403, "quotaExceeded")
		}
		return nil
	})
	failed, _, err := made(t, eng, asked, "")
	if err == nil {
		t.Fatal("it worked")
	}
	vendor.Interfere(nil)
	run, err := eng.Revise(t.Context(), failed.ID, engine.Revision{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Wait(t.Context()); err != nil || len(vendor.Videos()) != 1 || vendor.Requests(youtubetest.Begin) != 1 {
		t.Errorf("%v, %d videos, begun %d times", err, len(vendor.Videos()), vendor.Requests(youtubetest.Begin))
	}
}

func TestAChannelThatIsNotConnectedFailsTheUploadAlone(t *testing.T) {
	vendor := youtubetest.New(t)
	eng := studio(t, map[string]string{"FILMLOOM_YOUTUBE_UPLOAD_URL": vendor.UploadURL()}, func(context.Context, string) (string, error) {
		return "", errors.New("no YouTube channel is connected")
	})
	failed, _, err := made(t, eng, asked, "")
	var why *engine.RunError
	if !errors.As(err, &why) || why.Kind != providers.KindUnauthorized || !strings.Contains(why.Message, "no YouTube channel is connected") {
		t.Errorf("got %v", err)
	}
	known, err := failed.Outputs()
	if err != nil || decoded[*providers.File](t, known, "video") == nil {
		t.Errorf("the film is lost: %v", err)
	}
}
