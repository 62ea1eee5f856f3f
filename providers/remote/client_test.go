package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/providers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client is one whose connections end with the test.
func client(t *testing.T) *http.Client {
	c := Client()
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func server(t *testing.T, h http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func TestRedirectsCarryNoCredentialsToAnotherHost(t *testing.T) {
	var reached bool
	elsewhere := server(t, func(http.ResponseWriter, *http.Request) { reached = true })
	home := server(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/near":
			http.Redirect(w, r, "/arrived", http.StatusTemporaryRedirect)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusTemporaryRedirect)
		case "/far":
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}
	})
	for _, row := range []struct {
		name, method, path, header string
		followed, there            bool
	}{
		{"within a host, with a key", "POST", "/near", "Authorization", true, false},
		{"to another host, with nothing", "GET", "/far", "Accept", true, true},
		{"to another host, with a key", "GET", "/far", "Authorization", false, false},
		{"to another host, with a vendor's own header", "GET", "/far", "X-Acme-Key", false, false},
		{"to another host, with a cookie", "GET", "/far", "Cookie", false, false},
		{"to another host, with a body", "POST", "/far", "Accept", false, false},
		{"in circles", "GET", "/loop", "Accept", false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			reached = false
			req, _ := http.NewRequestWithContext(t.Context(), row.method, home.URL+row.path, nil)
			req.Header.Set(row.header, "secret")
			resp, err := client(t).Do(req)
			if (err == nil) != row.followed || reached != row.there {
				t.Fatalf("error %v, reached the other host: %v", err, reached)
			}
			if err == nil {
				resp.Body.Close()
				return
			}
			if e := NetError("Acme", err); !strings.Contains(e.Message, "Acme answered with a redirect not followed") || e.Hint == "" {
				t.Errorf("%q (%s)", e.Message, e.Hint)
			}
		})
	}
}

func TestARedirectToPlainHTTPIsNotFollowed(t *testing.T) {
	first, _ := http.NewRequest("GET", "https://acme.example/a", nil)
	for target, want := range map[string]bool{
		"http://acme.example/b": false, "http://other.example/b": false,
		"https://other.example/b": true, "https://acme.example/b": true,
	} {
		next, _ := http.NewRequest("GET", target, nil)
		if err := checkRedirect(next, []*http.Request{first}); (err == nil) != want {
			t.Errorf("%s: %v", target, err)
		}
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	addresses := map[string]bool{}
	s := server(t, func(_ http.ResponseWriter, r *http.Request) { addresses[r.RemoteAddr] = true })
	c := client(t)
	for range 5 {
		resp, err := c.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	if len(addresses) != 1 {
		t.Errorf("%d connections for 5 requests", len(addresses))
	}
}

// get asks and reads all, as a provider does.
func get(ctx context.Context, c *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = ReadBody(resp.Body, 1000)
	return err
}

func TestNetErrorSaysWhatHappenedAndHowToMendIt(t *testing.T) {
	refused := httptest.NewServer(nil)
	refused.Close()
	quiet := log.New(io.Discard, "", 0)
	secure := httptest.NewUnstartedServer(nil)
	secure.Config.ErrorLog = quiet
	secure.StartTLS()
	defer secure.Close()
	old := httptest.NewUnstartedServer(nil)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	old.Config.ErrorLog = quiet
	old.StartTLS()
	defer old.Close()
	cut := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "500")
		_, _ = io.WriteString(w, "half")
		panic(http.ErrAbortHandler)
	})
	mute := server(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	huge := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1001)) })
	for _, row := range []struct{ name, url, message, hint string }{
		{"refused", refused.URL, "Acme cannot be reached: the connection to 127.0.0.1:", "check that the server runs"},
		{"no host", "http://no-such-host.invalid", "Acme cannot be reached: ", "check the network"},
		{"unknown authority", secure.URL, "Acme shows a certificate that cannot be trusted: ", "SSL_CERT_FILE"},
		{"old TLS", old.URL, "Acme ended the TLS handshake: ", "base_url"},
		{"http for https", "https://" + strings.TrimPrefix(mute.URL, "http://"), "Acme speaks plain HTTP where https was asked for", "http:// instead"},
		{"cut in the body", cut.URL, "Acme broke the connection off", "try again"},
		{"no answer", mute.URL, "Acme broke the connection off", "try again"},
		{"huge", huge.URL, "Acme sent more than the 1000 bytes", "base_url"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := get(t.Context(), client(t), row.url+"?key=swordfish")
			if err == nil {
				t.Fatal("it went well")
			}
			e := NetError("Acme", err)
			if e.Kind != providers.KindUnavailable || !strings.HasPrefix(e.Message, row.message) || !strings.Contains(e.Hint, row.hint) || e.User == "" {
				t.Errorf("%s: %q (%s) for %v", e.Kind, e.Message, e.Hint, err)
			}
			if strings.Contains(e.Message+e.Hint+e.User, "swordfish") {
				t.Errorf("%q names the secret", e.Message)
			}
		})
	}
}

func TestNetErrorLetsTheEndOfAContextBeSeen(t *testing.T) {
	release := make(chan struct{})
	slow := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-release
	})
	defer close(release)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if e := NetError("Acme", get(cancelled, client(t), slow.URL)); !errors.Is(e, context.Canceled) {
		t.Errorf("%v", e)
	}
	late, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if e := NetError("Acme", get(late, client(t), slow.URL)); !errors.Is(e, context.DeadlineExceeded) || e.Kind != providers.KindTimeout {
		t.Errorf("%v", e)
	}
}

func TestADiallersTimeoutIsNotTheCallsTimeout(t *testing.T) {
	c := client(t)
	c.Transport.(*http.Transport).DialContext = (&net.Dialer{Timeout: time.Nanosecond}).DialContext
	if e := NetError("Acme", get(t.Context(), c, "http://127.0.0.1:9")); e.Kind != providers.KindUnavailable || !strings.Contains(e.Message, "did not answer in time") {
		t.Errorf("%s: %v", e.Kind, e)
	}
}

func TestNetErrorGivesAKnownErrorBack(t *testing.T) {
	known := providers.Errorf(providers.KindRejected, "no")
	if got := NetError("Acme", errors.Join(known)); got != known {
		t.Errorf("%v", got)
	}
	if got := NetError("Acme", nil); got != nil {
		t.Errorf("%v", got)
	}
}
