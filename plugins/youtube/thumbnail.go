package youtube

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"

	"github.com/filmloom/filmloom/providers"
)

const (
	maxThumbnail   = 50 << 20 // bytes (https://developers.google.com/youtube/v3/docs/thumbnails/set)
	thumbnailTries = 4        // a video is not always known to the other service at once
)

// What people read of a film without the thumbnail it should have.
const (
	warnThumbnail = "YouTube did not take the film's thumbnail and shows one of its own."
	warnVerify    = "YouTube did not take the film's thumbnail: a channel may choose thumbnails once its phone number is verified (youtube.com/verify)."
)

// thumbnail sets the video's thumbnail. Without one the film is there all the same, so that the error is the
// context's alone.
func (t *transfer) thumbnail(ctx context.Context, picture *providers.File) error {
	if picture == nil {
		return nil
	}
	t.progress(0.98, "sending the thumbnail")
	err := t.setThumbnail(ctx, picture)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	e := providers.AsError(err)
	t.call.Log(slog.LevelWarn, "the thumbnail was not set", "video", t.u.ID, "error", e.Message)
	if e.Kind == providers.KindUnauthorized {
		t.call.Warn(warnVerify)
	} else {
		t.call.Warn(warnThumbnail)
	}
	return nil
}

func (t *transfer) setThumbnail(ctx context.Context, picture *providers.File) error {
	f, err := os.Open(picture.Path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if st.Size() == 0 || st.Size() > maxThumbnail {
		return providers.Invalid("The thumbnail has %d bytes.", st.Size())
	}
	media := picture.MediaType
	if !slices.Contains([]string{"image/jpeg", "image/png"}, media) {
		media = "application/octet-stream"
	}
	u := t.p.base.JoinPath("..", "thumbnails", "set")
	u.RawQuery = url.Values{"videoId": {t.u.ID}, "uploadType": {"media"}}.Encode()
	for n := 1; ; n++ {
		err := t.postThumbnail(ctx, u.String(), f, st.Size(), media)
		var passing *again
		if !errors.As(err, &passing) {
			return err
		}
		if n == thumbnailTries {
			return passing.err
		}
		if err := t.p.sleep(ctx, firstPause<<(n-1)); err != nil {
			return err
		}
	}
}

func (t *transfer) postThumbnail(ctx context.Context, address string, f *os.File, size int64, media string) error {
	resp, end, err := t.do(ctx, http.MethodPost, address, size, func() io.Reader { return io.NewSectionReader(f, 0, size) }, func(h http.Header) {
		h.Set("Content-Type", media)
	})
	if err != nil {
		return err
	}
	defer end()
	switch {
	case resp.StatusCode == http.StatusOK:
		return nil
	case resp.StatusCode == http.StatusNotFound:
		return &again{t.readFault(resp).error()}
	}
	return t.refused(resp)
}
