package web_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/web"
)

// head is the head of an answer as it is on the wire.
func (r *rig) head(path, credential string) string {
	r.t.Helper()
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(r.url, "http://"), 10*time.Second)
	must(r.t, err)
	defer conn.Close()
	must(r.t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n", path, credential)
	must(r.t, err)
	lines := bufio.NewReader(conn)
	var head strings.Builder
	for {
		line, err := lines.ReadString('\n')
		must(r.t, err)
		if line == "\r\n" {
			return head.String()
		}
		head.WriteString(line)
	}
}

func TestHeadersAreSentAsTheyArePrinted(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, func(c *web.APIConfig) {
		c.Admit = func(ctx huma.Context, _ identity.Principal) *web.Fault {
			for _, name := range []string{"Limit", "Remaining", "Reset"} {
				ctx.SetHeader("X-RateLimit-"+name, "7")
			}
			return nil
		}
	})
	r.site.Mount("GET /file", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"7"`)
		_, _ = w.Write([]byte("a film")) // without a status of its own
	}))
	web.Handle(r.api, huma.Operation{Method: "GET", Path: "/things"}, func(context.Context, *nothing) (*noteBody, error) { return &noteBody{}, nil })
	ann, _ := r.user("ann")
	_, key, err := r.ids.CreateKey(t.Context(), ann.ID, identity.NewKey{Scopes: identity.Read, Lifetime: 24 * time.Hour})
	must(t, err)
	for _, row := range []struct{ path, credential, want string }{
		{"/t/things", key, "X-RateLimit-Limit: 7,X-RateLimit-Remaining: 7,X-RateLimit-Reset: 7,X-API-Key-Expires-At: 2,X-Request-Id: ,200 OK"},
		{"/t/things", "x", "WWW-Authenticate: Bearer,X-Request-Id: ,401 Unauthorized"},
		{"/file", "", `ETag: "7",200 OK`},
	} {
		head := r.head(row.path, row.credential)
		for _, want := range strings.Split(row.want, ",") {
			if strings.Count(head, want) != 1 {
				t.Errorf("%s: no %s in %s", row.path, want, head)
			}
		}
		for _, name := range []string{"X-Ratelimit", "X-Api-Key", "Www-", "Etag"} {
			if strings.Contains(head, name) {
				t.Errorf("%s: %s in %s", row.path, name, head)
			}
		}
	}
}
