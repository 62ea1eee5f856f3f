package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/remote"
)

const (
	// secretName is what the call's secret is called.
	secretName = "token"
	maxToken   = 4 << 10 // characters
	// Between tries after a passing failure: a second, doubling to a minute, as long as it gets no further.
	firstPause = time.Second
	maxPause   = time.Minute
	maxTries   = 10
	// maxBegins is the same for the beginning: the vendor counts sessions, also those that it did not give.
	maxBegins = 3
	// maxSessions is how often an upload begins anew within an attempt, because the vendor has forgotten it.
	maxSessions = 3
	// maxMute is how often the vendor may say that a film is there and not where.
	maxMute = 3
)

// A transfer is one attempt at an upload.
type transfer struct {
	p    *provider
	call *providers.Call

	token  string
	about  video
	film   *os.File
	digest string // of the film
	size   int64  // bytes
	media  string

	u         upload
	resumed   bool // u is of an earlier attempt
	confirmed bool // that the vendor has u.Offset bytes, no more and no less
	worked    bool // the token was taken in this attempt
	sessions  int  // begun in this attempt
	mute      int
	best      int64 // the most that the vendor had
	noteless  bool  // the notes cannot be written, and that was said

	shown float64 // of the progress
}

// publish uploads a film, once for a call however often it is tried.
func (p *provider) publish(ctx context.Context, call *providers.Call, in film.PublishInput) (film.Published, error) {
	t := &transfer{p: p, call: call, token: strings.TrimSpace(call.Secrets[secretName])}
	if err := t.prepare(in); err != nil {
		return film.Published{}, err
	}
	defer func() { _ = t.film.Close() }() // it was only read
	back, err := p.notes.take(ctx, call.IdempotencyKey)
	if err != nil {
		return film.Published{}, err
	}
	defer back()
	if err := t.resume(); err != nil {
		return film.Published{}, t.finally(err)
	}
	if err := t.run(ctx); err != nil {
		return film.Published{}, err
	}
	if err := t.thumbnail(ctx, in.Thumbnail); err != nil {
		return film.Published{}, err
	}
	t.progress(1, "")
	return film.Published{URL: "https://youtu.be/" + t.u.ID, ID: t.u.ID}, nil
}

var (
	bearer    = regexp.MustCompile(`^[!-~]+$`)
	mediaType = regexp.MustCompile(`^(?:video/[a-z0-9.+-]+|application/octet-stream)$`)
)

// prepare checks what the call brings.
func (t *transfer) prepare(in film.PublishInput) error {
	if t.p.base == nil {
		return &providers.Error{Kind: providers.KindUnavailable, Message: "the provider youtube is not configured", Hint: "correct its block in the pipelines' file"}
	}
	if len(t.token) > maxToken || !bearer.MatchString(t.token) {
		return &providers.Error{
			Kind: providers.KindUnauthorized, User: userNoToken, Message: "the call brings no access token in its secret \"token\"",
			Hint: `give the stage secrets = { token = "…" }, a reference that the program which runs the pipeline resolves`,
		}
	}
	var err error
	if t.about, err = t.p.described(t.call, in); err != nil {
		return err
	}
	if t.media = strings.ToLower(strings.TrimSpace(in.Video.MediaType)); t.media == "" {
		t.media = "application/octet-stream"
	}
	if !mediaType.MatchString(t.media) {
		return providers.Invalid("Only a video can be published, and this file is a %.50q.", in.Video.MediaType)
	}
	if t.film, err = os.Open(in.Video.Path); err != nil {
		return providers.Errorf(providers.KindInternal, "the film cannot be read: %w", err)
	}
	st, err := t.film.Stat()
	switch {
	case err != nil:
		err = providers.Errorf(providers.KindInternal, "the film cannot be read: %w", err)
	case !st.Mode().IsRegular() || st.Size() == 0:
		err = providers.Invalid("The film is empty, so it cannot be published.")
	case in.Video.Size != 0 && in.Video.Size != st.Size():
		err = providers.Errorf(providers.KindInternal, "the film has %d bytes and should have %d", st.Size(), in.Video.Size)
	}
	if err != nil {
		_ = t.film.Close()
		return err
	}
	t.size, t.digest = st.Size(), in.Video.SHA256
	return nil
}

// resume finds how far an earlier attempt came.
func (t *transfer) resume() error {
	u, ok := t.p.notes.known(t.call)
	if !ok || u.Film != t.digest || u.Size != t.size {
		return nil
	}
	if u.ID == "" {
		// What upload_url was when it began need not be what it is now.
		session, err := t.p.session(u.Session)
		if err != nil && u.Ending {
			return doubt("the upload whose last bytes were under way cannot be asked for: " + err.Error())
		}
		if err != nil {
			return nil
		}
		u.Session = session
	}
	t.u, t.best, t.resumed = u, u.Offset, true
	t.call.Log(slog.LevelInfo, "an earlier upload goes on", "bytes", u.Offset, "of", t.size, "done", u.ID != "")
	return nil
}

// run takes one step after the other until the film is there.
func (t *transfer) run(ctx context.Context) error {
	tries := 0
	for t.u.ID == "" {
		err := t.step(ctx)
		if t.u.Offset > t.best { // it gets on
			t.best, tries = t.u.Offset, 0
		}
		var passing *again
		switch {
		case err == nil:
			t.tell(t.u.Offset)
			continue
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errGone):
			if t.sessions >= maxSessions {
				return providers.Errorf(providers.KindUnavailable, "%s has forgotten the upload %d times", vendor, t.sessions)
			}
			t.anew("the vendor does not know it any more")
		case !errors.As(err, &passing):
			// Perhaps it was begun by somebody who was connected before.
			if t.resumed && !t.u.Ending && providers.AsError(err).Kind == providers.KindUnauthorized {
				t.anew("the vendor does not let it go on")
				continue
			}
			return t.finally(err)
		default:
			most := maxTries
			if t.u.Session == "" {
				most = maxBegins
			}
			if tries++; tries >= most || passing.err.RetryAfter > maxPause {
				return passing.err
			}
			pause := max(min(firstPause<<(tries-1), maxPause), passing.err.RetryAfter)
			pause = pause/2 + rand.N(pause/2+1) // siblings do not come back together
			t.call.Log(slog.LevelWarn, "the upload was interrupted", "error", passing.err.Message, "again_after", pause, "bytes", t.u.Offset)
			t.progress(0, "interrupted; it goes on in a moment")
			if err := t.p.sleep(ctx, max(pause, passing.err.RetryAfter)); err != nil {
				return err
			}
		}
	}
	return nil
}

// anew gives an upload up.
func (t *transfer) anew(why string) {
	t.call.Log(slog.LevelWarn, "the upload begins anew: "+why, "bytes", t.u.Offset)
	t.u, t.best, t.confirmed, t.resumed = upload{}, 0, false, false
}

// step does what comes next.
func (t *transfer) step(ctx context.Context) error {
	switch {
	case t.u.Session == "":
		return t.begin(ctx)
	case !t.confirmed || t.u.Offset == t.size:
		return t.query(ctx)
	}
	return t.send(ctx)
}

// finally is an error after which this attempt ends. Where the upload itself has come to its end, nothing of it
// is kept: who tries again has been told.
func (t *transfer) finally(err error) error {
	if providers.AsError(err).Kind == providers.KindRejected {
		if err := t.p.notes.forget(t.call.IdempotencyKey); err != nil {
			t.call.Log(slog.LevelWarn, "a note cannot be removed", "error", err)
		}
	}
	return err
}

// keep makes durable how far the upload is.
func (t *transfer) keep(ctx context.Context) error {
	raw, err := json.Marshal(t.u)
	if err != nil {
		return providers.Errorf(providers.KindInternal, "the checkpoint cannot be written: %w", err)
	}
	if err := t.p.notes.write(t.call.IdempotencyKey, t.u); err != nil && !t.noteless {
		t.noteless = true
		t.call.Log(slog.LevelWarn, "where the upload stands cannot be noted; it goes on after an interruption of this process only if the host knows", "error", err)
	}
	return t.call.SaveCheckpoint(ctx, raw)
}

// tell reports how far the film is read.
func (t *transfer) tell(sent int64) {
	done := 0.98 * float64(sent) / float64(t.size)
	if done-t.shown >= 0.01 || sent == t.size && t.shown < done {
		t.progress(done, fmt.Sprintf("uploading: %s of %s", megabytes(sent), megabytes(t.size)))
	}
}

// progress never goes back.
func (t *transfer) progress(done float64, message string) {
	t.shown = max(t.shown, done)
	t.call.Progress(t.shown, message)
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// redact takes out what nobody may see.
func (t *transfer) redact(text string) string {
	id := ""
	if u, err := url.Parse(t.u.Session); err == nil {
		id = u.Query().Get("upload_id")
	}
	return remote.Redact(text, t.token, t.u.Session, id)
}
