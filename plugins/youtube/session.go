package youtube

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/remote"
)

const (
	maxAnswer  = 1 << 20   // bytes
	maxFault   = 256 << 10 // bytes of an answer that says what is wrong
	maxSession = 4 << 10   // characters of its address
	// stalled is how long no byte of a request may move; unanswered how long the answer may take then.
	stalled    = 2 * time.Minute
	unanswered = 10 * time.Minute
)

// begin opens an upload session at the vendor.
func (t *transfer) begin(ctx context.Context) error {
	u := *t.p.base
	u.RawQuery = "uploadType=resumable&part=snippet,status"
	body, err := json.Marshal(t.about)
	if err != nil {
		return providers.Errorf(providers.KindInternal, "the request cannot be made: %w", err)
	}
	resp, end, err := t.do(ctx, http.MethodPost, u.String(), int64(len(body)), func() io.Reader { return bytes.NewReader(body) }, func(h http.Header) {
		h.Set("Content-Type", "application/json; charset=UTF-8")
		h.Set("X-Upload-Content-Length", strconv.FormatInt(t.size, 10))
		h.Set("X-Upload-Content-Type", t.media)
	})
	if err != nil {
		return err
	}
	defer end()
	if resp.StatusCode != http.StatusOK {
		return t.refused(resp)
	}
	t.worked = true
	session, err := t.p.session(resp.Header.Get("Location"))
	if err != nil {
		return providers.Errorf(providers.KindInternal, "%s gave an upload address that is not used: %w", vendor, err)
	}
	t.sessions++
	t.u = upload{Format: uploadFormat, Film: t.digest, Size: t.size, Session: session, Begun: t.p.now().UTC()}
	t.confirmed = true
	return t.keep(ctx)
}

// session checks the address of a session, whoever says it: it gets the token and the film.
func (p *provider) session(address string) (string, error) {
	u, err := url.Parse(address)
	switch {
	case address == "":
		return "", errors.New("it is empty")
	case err != nil || len(address) > maxSession:
		return "", errors.New("it is none")
	case u.Scheme != p.base.Scheme || !strings.EqualFold(u.Host, p.base.Host) || u.User != nil || u.Opaque != "":
		return "", fmt.Errorf("it is at another host (%.100q) than upload_url", u.Scheme+"://"+u.Host)
	}
	u.Fragment = ""
	return u.String(), nil
}

// query asks how much of the film the vendor has.
func (t *transfer) query(ctx context.Context) error {
	resp, end, err := t.do(ctx, http.MethodPut, t.u.Session, 0, nil, func(h http.Header) {
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", t.size))
	})
	if err != nil {
		return err
	}
	defer end()
	lost := gone(resp)
	if resp.StatusCode == http.StatusBadRequest { // so some servers of the vendor say it
		f := t.readFault(resp)
		if f.verdict() != (verdict{}) {
			return f.error()
		}
		lost = true
	}
	switch {
	case lost && t.u.Ending:
		return doubt(vendor + " does not know the upload any more whose last bytes were under way")
	case lost:
		t.worked = true
		return errGone
	}
	return t.answered(ctx, resp, t.size, false)
}

// send sends the next piece.
func (t *transfer) send(ctx context.Context) error {
	from := t.u.Offset
	to := min(from+t.p.piece, t.size)
	if to == t.size && !t.u.Ending {
		t.u.Ending = true
		if err := t.keep(ctx); err != nil {
			return err
		}
	}
	t.confirmed = false // until the answer
	g := &gauge{tell: t.tell}
	defer g.stop()
	resp, end, err := t.do(ctx, http.MethodPut, t.u.Session, to-from, func() io.Reader {
		return &meter{Reader: io.NewSectionReader(t.film, from, to-from), at: from, gauge: g}
	}, func(h http.Header) {
		h.Set("Content-Type", t.media)
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, t.size))
	})
	if err != nil {
		return err
	}
	defer end()
	return t.answered(ctx, resp, to, true)
}

// A meter tells how far the reading of a piece is.
type meter struct {
	io.Reader
	at    int64
	gauge *gauge
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.Reader.Read(b)
	m.at += int64(n)
	m.gauge.show(m.at)
	return n, err
}

// A gauge passes on what meters tell, until it is stopped: a body may be read a moment longer than its request
// lasts, and perhaps than the call.
type gauge struct {
	tell func(sent int64)

	mu   sync.Mutex
	over bool
}

func (g *gauge) show(sent int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.over {
		g.tell(sent)
	}
}

func (g *gauge) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
}

func gone(resp *http.Response) bool {
	return resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone
}

// answered takes in the answer to a piece or a query. The vendor can have no more than sent bytes.
func (t *transfer) answered(ctx context.Context, resp *http.Response, sent int64, piece bool) error {
	switch {
	case resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated:
		t.worked = true
		return t.arrived(ctx, resp)
	case resp.StatusCode == http.StatusPermanentRedirect: // "Resume Incomplete"
		t.worked = true
		return t.incomplete(ctx, resp.Header, sent, piece)
	case gone(resp):
		t.worked = true
		return errGone
	}
	return t.refused(resp)
}

// incomplete takes in how much the vendor has.
func (t *transfer) incomplete(ctx context.Context, h http.Header, sent int64, piece bool) error {
	have, err := received(h.Get("Range"))
	if err != nil || have > sent {
		return &again{providers.Errorf(providers.KindUnavailable, "%s said something strange of how much it has: the range %.100q of %d bytes", vendor, h.Get("Range"), sent)}
	}
	if moved := h.Get("Location"); moved != "" {
		if t.u.Session, err = t.p.session(moved); err != nil {
			return providers.Errorf(providers.KindInternal, "%s moved the upload to an address that is not used: %w", vendor, err)
		}
	}
	before := t.u.Offset
	t.u.Offset, t.confirmed = have, true
	if have < t.size {
		t.u.Ending = false
	}
	if err := t.keep(ctx); err != nil {
		return err
	}
	if piece && have <= before || have == t.size {
		return &again{providers.Errorf(providers.KindUnavailable, "%s does not get further than byte %d of %d", vendor, have, t.size)}
	}
	return nil
}

var rangeHeader = regexp.MustCompile(`^(?:bytes=)?0-([0-9]{1,18})$`)

// received reads how many bytes a Range header of an answer says are there; without one there are none.
func received(header string) (int64, error) {
	header = strings.TrimSpace(header)
	if header == "" {
		return 0, nil
	}
	m := rangeHeader.FindStringSubmatch(header)
	if m == nil {
		return 0, errors.New("no range that begins at 0")
	}
	last, err := strconv.ParseInt(m[1], 10, 64)
	return last + 1, err
}

var videoID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// arrived takes in that the film is there.
func (t *transfer) arrived(ctx context.Context, resp *http.Response) error {
	var made struct {
		ID     string
		Status struct{ UploadStatus, PrivacyStatus, RejectionReason, FailureReason string }
	}
	body, err := remote.ReadBody(resp.Body, maxAnswer)
	if err == nil {
		err = json.Unmarshal(body, &made)
	}
	if err != nil || !videoID.MatchString(made.ID) {
		if t.mute++; t.mute > maxMute {
			return doubt(vendor + " says that it has the film and not under which name")
		}
		return &again{providers.Errorf(providers.KindUnavailable, "%s says that it has the film and not under which name", vendor)}
	}
	if s := made.Status; s.UploadStatus == "rejected" || s.UploadStatus == "failed" {
		return &providers.Error{
			Kind: providers.KindRejected, User: "YouTube has refused the film.",
			Message: fmt.Sprintf("%s has %s the film: %.100q", vendor, s.UploadStatus, s.RejectionReason+s.FailureReason),
		}
	}
	if p := made.Status.PrivacyStatus; p != "" && p != t.about.Status.Privacy {
		t.call.Warn("YouTube has made the film " + map[bool]string{true: "private", false: "visible otherwise than asked"}[p == "private"] + "; its owner can change that there.")
	}
	t.u.ID, t.u.Offset = made.ID, t.size
	return t.keep(ctx)
}

// refused is an answer that nothing can be done about here, or only by trying again.
func (t *transfer) refused(resp *http.Response) error {
	f := t.readFault(resp)
	if resp.StatusCode == http.StatusUnauthorized {
		return t.unauthorized(f)
	}
	if resp.StatusCode < 500 {
		t.worked = true
	}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return providers.Errorf(providers.KindInternal, "%s answered with a redirect (%d), which is not followed", vendor, resp.StatusCode)
	}
	e := f.error()
	if e.Kind == providers.KindUnavailable {
		return &again{e}
	}
	return e
}

// do makes a request with the token. It ends when nothing moves for a while. The caller calls end.
func (t *transfer) do(ctx context.Context, method, address string, size int64, body func() io.Reader, header func(http.Header)) (_ *http.Response, end func(), _ error) {
	ctx, cancel := context.WithCancelCause(ctx)
	watch := time.AfterFunc(t.p.stalled, func() { cancel(errStalled) })
	stop := func() {
		watch.Stop()
		cancel(nil)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		stop()
		return nil, nil, providers.Errorf(providers.KindInternal, "a request to %s cannot be made", vendor) // the address is no one's business
	}
	if size > 0 {
		req.ContentLength = size
		req.GetBody = func() (io.ReadCloser, error) {
			return io.NopCloser(&moving{body(), watch, t.p.stalled}), nil
		}
		req.Body, _ = req.GetBody()
	}
	header(req.Header)
	req.Header.Set("Authorization", "Bearer "+t.token)
	resp, err := t.p.client.Do(req)
	if err != nil {
		stalled := errors.Is(context.Cause(ctx), errStalled)
		stop()
		if stalled {
			return nil, nil, &again{&providers.Error{Kind: providers.KindUnavailable, Message: "the connection to " + vendor + " stood still", User: userAway}}
		}
		return nil, nil, t.passing(err)
	}
	return resp, func() {
		_ = resp.Body.Close()
		stop()
	}, nil
}

// errStalled: nothing moved for too long.
var errStalled = errors.New("nothing moves")

// moving puts the end of a request off while its body is being read.
type moving struct {
	io.Reader
	watch   *time.Timer
	stalled time.Duration
}

func (m *moving) Read(b []byte) (int, error) {
	n, err := m.Reader.Read(b)
	if err == nil {
		m.watch.Reset(m.stalled)
	} else {
		m.watch.Reset(unanswered)
	}
	return n, err
}
