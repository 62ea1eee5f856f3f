package youtube

import (
	"strings"
	"testing"
	"time"
	"unicode"
)

func FuzzReadTokens(f *testing.F) {
	f.Add([]byte(`{"access_token":"ya29.a","expires_in":3599,"refresh_token":"1//0b","scope":"a b","token_type":"Bearer"}`))
	f.Add([]byte(`{"access_token":"a\r\nX: y","token_type":"Bearer"}`))
	f.Add([]byte(`{"access_token":"a","token_type":"bearer","expires_in":1e300}`))
	f.Add([]byte(`{"error":"invalid_grant","error_description":"x"}`))
	f.Add([]byte(`{"error":{"code":400}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if given, err := readTokens(body); err == nil {
			bad := func(r rune) bool { return r <= ' ' || r > '~' }
			if given.access == "" || strings.ContainsFunc(given.access, bad) || strings.ContainsFunc(given.refresh, bad) {
				t.Fatalf("%+v", given)
			}
			if given.life <= 0 || given.life > time.Hour || len(given.scopes) == 0 {
				t.Fatalf("%+v", given)
			}
		}
		if w := word(fault(body)); w == "" || strings.ContainsFunc(w, func(r rune) bool { return r != ' ' && r != '_' && !unicode.IsLower(r) }) {
			t.Fatalf("%q", w)
		}
	})
}

func TestTheAPIIsFoundBesideTheUploads(t *testing.T) {
	for upload, want := range map[string]string{
		"https://www.googleapis.com/upload/youtube/v3/videos":     "https://www.googleapis.com/youtube/v3/channels",
		"http://127.0.0.1:8080/mock/upload/youtube/v3/videos?a=b": "http://127.0.0.1:8080/mock/youtube/v3/channels",
		"https://www.googleapis.com/videos":                       "",
		"https://www.googleapis.com/upload/youtube/v3/films":      "",
	} {
		if got := channelsOf(upload); got != want {
			t.Errorf("%s: %s", upload, got)
		}
	}
	for token, want := range map[string]string{
		"https://oauth2.googleapis.com/token": "https://oauth2.googleapis.com/revoke", "http://127.0.0.1:1/a/token?x": "http://127.0.0.1:1/a/revoke",
	} {
		if got := beside(token, "revoke"); got != want {
			t.Errorf("%s: %s", token, got)
		}
	}
}
