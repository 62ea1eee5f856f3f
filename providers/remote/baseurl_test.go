package remote

import (
	"strings"
	"testing"
)

func TestBaseURL(t *testing.T) {
	for _, row := range []struct{ text, want, problem string }{
		{"https://api.example.com", "https://api.example.com", ""},
		{" http://127.0.0.1:7860/ ", "http://127.0.0.1:7860", ""},
		{"https://example.com/a/b//", "https://example.com/a/b", ""},
		{"http://[::1]:80", "http://[::1]:80", ""},
		{"", "", "is no address"},
		{"api.example.com", "", "is no address"},
		{"127.0.0.1:7860", "", "is no address"},
		{"ftp://example.com", "", "is no address"},
		{"https://", "", "is no address"},
		{"https://:80", "", "is no address"},
		{"https://exa mple.com:swordfish", "", "is no address"},
		{"https://me:swordfish@example.com", "", "a user's name or password"},
		{"https://example.com?key=swordfish", "", "holds a ?"},
		{"https://example.com#swordfish", "", "holds a ?"},
	} {
		u, err := BaseURL(row.text)
		switch {
		case err != nil && (row.problem == "" || !strings.Contains(err.Error(), row.problem) || strings.Contains(err.Error(), "swordfish")):
			t.Errorf("%q: %v", row.text, err)
		case err == nil && u.String() != row.want:
			t.Errorf("%q is %q", row.text, u)
		}
	}
}

func TestExposes(t *testing.T) {
	for text, want := range map[string]bool{
		"https://example.com": false, "http://127.0.0.1": false, "http://[::1]:1": false, "http://localhost:80": false,
		"http://a.localhost": false, "http://192.168.0.4": true, "http://example.com": true,
	} {
		u, err := BaseURL(text)
		if err != nil || Exposes(u) != want {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
}
