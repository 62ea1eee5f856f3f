package youtubetest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const grain = 256 << 10

// A Video is one that was uploaded.
type Video struct {
	ID        string
	Channel   string
	Snippet   Snippet
	Status    Status
	Size      int64  // bytes
	SHA256    string // of its bytes
	MediaType string
	Thumbnail string // the SHA-256 of its bytes, or ""
}

// Snippet is what is said about a video.
type Snippet struct {
	Title                string   `json:"title"`
	Description          string   `json:"description"`
	Tags                 []string `json:"tags"`
	CategoryID           string   `json:"categoryId"`
	DefaultLanguage      string   `json:"defaultLanguage"`
	DefaultAudioLanguage string   `json:"defaultAudioLanguage"`
}

// Status is who may see a video.
type Status struct {
	PrivacyStatus           string `json:"privacyStatus"`
	SelfDeclaredMadeForKids *bool  `json:"selfDeclaredMadeForKids"`
}

// A session is an upload in progress.
type session struct {
	channel string
	size    int64
	media   string
	about   struct {
		Snippet Snippet `json:"snippet"`
		Status  Status  `json:"status"`
	}
	have int64
	sum  hash.Hash
	made *Video
	busy bool
}

// Videos are those that were uploaded, oldest first.
func (s *Server) Videos() []Video {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Video, len(s.videos))
	for i, v := range s.videos {
		all[i] = *v
	}
	return all
}

// Forget ends every upload session, as time does.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.sessions)
}

// begin is the first step of the protocol.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) {
	f := s.count(Request{Kind: Begin})
	if f != nil && !f.Done {
		f.fail(w, r)
		return
	}
	who := s.authorized(w, r, ScopeUpload)
	if who == nil {
		return
	}
	se, err := readSession(r)
	if err != nil {
		s.wrong("%s: %v", Begin, err)
		problem(w, http.StatusBadRequest, "badRequest", err.Error())
		return
	}
	se.channel = who.channel
	id := rand.Text()
	s.mu.Lock()
	s.sessions[id] = se
	base := s.URL
	if s.moved != "" {
		base = s.moved
	}
	s.mu.Unlock()
	if f != nil {
		f.fail(w, r)
		return
	}
	w.Header().Set("Location", base+"/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status&upload_id="+id)
	w.WriteHeader(http.StatusOK)
}

// exactly tells whether a query has these parameters and no others.
func exactly(q url.Values, want map[string]string) bool {
	if len(q) != len(want) {
		return false
	}
	for name, value := range want {
		if len(q[name]) != 1 || value != "" && q.Get(name) != value || q.Get(name) == "" {
			return false
		}
	}
	return true
}

// number reads a decimal number as headers have it.
func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text || n < 0 {
		return 0, fmt.Errorf("%q is no number of bytes", text)
	}
	return n, nil
}

func readSession(r *http.Request) (*session, error) {
	se := &session{sum: sha256.New(), media: r.Header.Get("X-Upload-Content-Type")}
	media, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	size, err := number(r.Header.Get("X-Upload-Content-Length"))
	switch {
	case !exactly(r.URL.Query(), map[string]string{"uploadType": "resumable", "part": "snippet,status"}):
		return nil, fmt.Errorf("the query is %q", r.URL.RawQuery)
	case err != nil || size == 0:
		return nil, fmt.Errorf("X-Upload-Content-Length %q", r.Header.Get("X-Upload-Content-Length"))
	case !strings.HasPrefix(se.media, "video/") && se.media != "application/octet-stream":
		return nil, fmt.Errorf("X-Upload-Content-Type %q", se.media)
	case media != "application/json" || !strings.EqualFold(params["charset"], "utf-8"):
		return nil, fmt.Errorf("Content-Type %q", r.Header.Get("Content-Type"))
	case r.ContentLength <= 0:
		return nil, fmt.Errorf("there is no Content-Length")
	}
	se.size = size
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&se.about); err != nil {
		return nil, fmt.Errorf("the body: %w", err)
	}
	return se, se.about.Snippet.check(se.about.Status)
}

var languages = fields("en cs da nl fr de el hi id it zh-CN ja no pl pt ru es sv tr uk")

// check holds a video's properties against their reference.
func (n Snippet) check(st Status) error {
	tags := 0
	for i, tag := range n.Tags {
		tags += utf8.RuneCountInString(tag)
		if i > 0 {
			tags++
		}
		if strings.Contains(tag, " ") {
			tags += 2
		}
	}
	texts := append([]string{n.Title, n.Description}, n.Tags...)
	switch {
	case strings.TrimSpace(n.Title) == "" || utf8.RuneCountInString(n.Title) > 100:
		return fmt.Errorf("invalidTitle: it has %d characters", utf8.RuneCountInString(n.Title))
	case len(n.Description) > 5000:
		return fmt.Errorf("invalidDescription: it has %d bytes", len(n.Description))
	case tags > 500:
		return fmt.Errorf("invalidTags: they have %d characters", tags)
	case slices.ContainsFunc(texts, func(s string) bool { return strings.ContainsAny(s, "<>") || !utf8.ValidString(s) }):
		return fmt.Errorf("a text has < or >")
	case slices.ContainsFunc(n.Tags, func(s string) bool { return s == "" || strings.Contains(s, ",") }):
		return fmt.Errorf("invalidTags: %q", n.Tags)
	case !regexp.MustCompile(`^[0-9]+$`).MatchString(n.CategoryID):
		return fmt.Errorf("invalidCategoryId: %q", n.CategoryID)
	case !slices.Contains(languages, n.DefaultLanguage) || !slices.Contains(languages, n.DefaultAudioLanguage):
		return fmt.Errorf("the languages are %q and %q", n.DefaultLanguage, n.DefaultAudioLanguage)
	case !slices.Contains(fields("private unlisted public"), st.PrivacyStatus) || st.SelfDeclaredMadeForKids == nil:
		return fmt.Errorf("the status is %+v", st)
	}
	return nil
}

// Check holds the JSON of a video, as videos.insert takes it, against its reference.
func Check(video []byte) error {
	var about struct {
		Snippet Snippet `json:"snippet"`
		Status  Status  `json:"status"`
	}
	if err := json.Unmarshal(video, &about); err != nil {
		return err
	}
	return about.Snippet.check(about.Status)
}

var contentRange = regexp.MustCompile(`^bytes (\*|([0-9]+)-([0-9]+))/([0-9]+)$`)

// put takes a piece, or tells how much is there.
func (s *Server) put(w http.ResponseWriter, r *http.Request) {
	m := contentRange.FindStringSubmatch(r.Header.Get("Content-Range"))
	if m == nil || !exactly(r.URL.Query(), map[string]string{"uploadType": "resumable", "part": "snippet,status", "upload_id": ""}) {
		s.wrong("put: the range is %q and the query %q", r.Header.Get("Content-Range"), r.URL.RawQuery)
		problem(w, http.StatusBadRequest, "badRequest", "Failed to parse Content-Range header.")
		return
	}
	req := Request{Kind: Query}
	req.Size, _ = strconv.ParseInt(m[4], 10, 64)
	if m[1] != "*" {
		req.Kind = Piece
		req.From, _ = strconv.ParseInt(m[2], 10, 64)
		req.To, _ = strconv.ParseInt(m[3], 10, 64)
		req.To++
	}
	f := s.count(req)
	if f != nil && !f.Done && f.Keep == 0 {
		f.fail(w, r)
		return
	}
	if s.authorized(w, r, ScopeUpload) == nil {
		return
	}
	s.mu.Lock()
	se := s.sessions[r.URL.Query().Get("upload_id")]
	busy := se != nil && se.busy
	if se != nil {
		se.busy = true
	}
	s.mu.Unlock()
	switch {
	case se == nil:
		problem(w, http.StatusNotFound, "notFound", "The upload session is not known.")
		return
	case busy:
		s.wrong("%s: two requests of one upload at the same time", req.Kind)
		problem(w, http.StatusServiceUnavailable, "backendError", "busy")
		return
	}
	defer func() {
		s.mu.Lock()
		se.busy = false
		s.mu.Unlock()
	}()
	if err := se.check(r, req); err != nil {
		s.wrong("%s: %v", req.Kind, err)
		problem(w, http.StatusBadRequest, "badRequest", err.Error())
		return
	}
	s.take(w, r, se, req, f)
}

// check holds a piece or a query against the protocol.
func (se *session) check(r *http.Request, req Request) error {
	if req.Size != se.size {
		return fmt.Errorf("the film has %d bytes, and not %d", se.size, req.Size)
	}
	n := req.To - req.From
	switch {
	case len(r.TransferEncoding) > 0 || r.ContentLength < 0:
		return fmt.Errorf("there is no Content-Length")
	case req.Kind == Query && r.ContentLength != 0:
		return fmt.Errorf("a query has %d bytes", r.ContentLength)
	case req.Kind == Query:
		return nil
	case n <= 0 || req.To > se.size || r.ContentLength != n:
		return fmt.Errorf("the bytes from %d to %d of %d, and a body of %d", req.From, req.To, se.size, r.ContentLength)
	case req.From != se.have:
		return fmt.Errorf("it begins at byte %d, and %d are there", req.From, se.have)
	case n%grain != 0 && req.To != se.size:
		return fmt.Errorf("a piece of %d bytes, which is no multiple of 256 KiB", n)
	case r.Header.Get("Content-Type") != se.media:
		return fmt.Errorf("Content-Type %q of a %q", r.Header.Get("Content-Type"), se.media)
	}
	return nil
}

// take takes what comes, as far as a fault lets it, and answers.
func (s *Server) take(w http.ResponseWriter, r *http.Request, se *session, req Request, f *Fault) {
	most := req.To - req.From
	if f != nil && !f.Done {
		most = min(most, f.Keep)
	}
	n, err := io.Copy(se.sum, io.LimitReader(r.Body, most))
	s.mu.Lock()
	se.have += n
	if se.have == se.size && se.made == nil {
		se.made = &Video{
			ID: rand.Text()[:11], Channel: se.channel, Snippet: se.about.Snippet, Status: se.about.Status, Size: se.size,
			SHA256: hex.EncodeToString(se.sum.Sum(nil)), MediaType: se.media,
		}
		s.videos = append(s.videos, se.made)
	}
	made, have := se.made, se.have
	s.mu.Unlock()
	switch {
	case f != nil:
		f.fail(w, r)
	case err != nil:
		panic(http.ErrAbortHandler)
	case made != nil:
		w.WriteHeader(http.StatusCreated)
		answer(w, map[string]any{
			"kind": "youtube#video", "id": made.ID, "snippet": made.Snippet,
			"status": map[string]any{"uploadStatus": "uploaded", "privacyStatus": made.Status.PrivacyStatus},
		})
	default:
		if have > 0 {
			w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", have-1))
		}
		w.WriteHeader(http.StatusPermanentRedirect)
	}
}

// thumbnail takes one.
func (s *Server) thumbnail(w http.ResponseWriter, r *http.Request) {
	if f := s.count(Request{Kind: Thumbnail}); f != nil {
		f.fail(w, r)
		return
	}
	if s.authorized(w, r, ScopeUpload) == nil {
		return
	}
	media := r.Header.Get("Content-Type")
	sum := sha256.New()
	n, err := io.Copy(sum, r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.videos, func(v *Video) bool { return v.ID == r.URL.Query().Get("videoId") })
	switch {
	case !exactly(r.URL.Query(), map[string]string{"videoId": "", "uploadType": "media"}) ||
		!slices.Contains(fields("image/jpeg image/png application/octet-stream"), media) || n == 0 || n != r.ContentLength || err != nil:
		s.wrong("thumbnail: %q, %q, %d bytes of %d, %v", r.URL.RawQuery, media, n, r.ContentLength, err)
		problem(w, http.StatusBadRequest, "invalidImage", "The provided image content is invalid.")
	case i < 0:
		problem(w, http.StatusNotFound, "videoNotFound", "The video cannot be found.")
	default:
		s.videos[i].Thumbnail = hex.EncodeToString(sum.Sum(nil))
		answer(w, map[string]any{"kind": "youtube#thumbnailSetResponse", "items": []any{}})
	}
}
