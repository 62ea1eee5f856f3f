package webhooks_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/filmloom/filmloom/server/webhooks"
)

// A nameserver answers over UDP. Answers of a name are given in turn, the last one again and again: one of
// several addresses has them all at once.
type nameserver struct {
	conn net.PacketConn
	done chan bool

	mu      sync.Mutex
	answers map[string][][]string
	asked   map[string]int
}

// zone starts a nameserver that always gives the same answers.
func zone(t *testing.T, names map[string][]string) *nameserver {
	t.Helper()
	answers := map[string][][]string{}
	for name, addrs := range names {
		answers[name] = [][]string{addrs}
	}
	return rebinding(t, answers)
}

// rebinding starts a nameserver whose answers change from one question of a name (for IPv4) to the next.
func rebinding(t *testing.T, answers map[string][][]string) *nameserver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &nameserver{conn: conn, done: make(chan bool), answers: answers, asked: map[string]int{}}
	go n.serve()
	t.Cleanup(func() {
		conn.Close()
		<-n.done
	})
	return n
}

func (n *nameserver) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", n.conn.LocalAddr().String())
	}}
}

func (n *nameserver) serve() {
	defer close(n.done)
	buf := make([]byte, 1500)
	for {
		size, from, err := n.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if err := m.Unpack(buf[:size]); err != nil || len(m.Questions) != 1 {
			continue
		}
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		n.answer(&m)
		raw, err := m.Pack()
		if err != nil {
			panic(err)
		}
		_, _ = n.conn.WriteTo(raw, from)
	}
}

func (n *nameserver) answer(m *dnsmessage.Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	q := m.Questions[0]
	name := strings.TrimSuffix(strings.ToLower(q.Name.String()), ".")
	turns := n.answers[name]
	if len(turns) == 0 {
		m.RCode = dnsmessage.RCodeNameError
		return
	}
	turn := turns[min(n.asked[name], len(turns)-1)]
	if q.Type == dnsmessage.TypeA {
		n.asked[name]++
	}
	for _, s := range turn {
		a := netip.MustParseAddr(s)
		h := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, Type: q.Type}
		switch {
		case a.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: a.As4()}})
		case a.Is6() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
}

func (n *nameserver) questions(name string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked[name]
}

// port is the receiver's.
func (r *receiver) port() string {
	_, port, err := net.SplitHostPort(r.Listener.Addr().String())
	if err != nil {
		panic(err)
	}
	return port
}

// A name that was public at its registration and leads home at the delivery connects to nothing. The same name is
// called when the network is allowed: the test could fail.
func TestANameThatLeadsElsewhereLaterIsNotFollowed(t *testing.T) {
	for name, allowed := range map[string]bool{"refused": false, "allowed": true} {
		t.Run(name, func(t *testing.T) {
			home := receive(t, nil)
			names := rebinding(t, map[string][][]string{"rebind.example": {{"93.184.216.34"}, {"127.0.0.1"}}})
			r := started(t, func(c *webhooks.Config) {
				c.Resolver = names.resolver()
				if !allowed {
					c.Allow = nil
				}
			})
			reg := r.register("https://rebind.example:" + home.port() + "/")
			if names.questions("rebind.example") != 1 {
				t.Fatal("the name was not looked up at its registration")
			}
			r.publish("e1")
			r.await(webhooks.OutcomeRetrying) // there is no TLS at home
			a := r.only(reg.ID).Attempts[0]
			if names.questions("rebind.example") < 2 {
				t.Fatal("the name was not looked up again")
			}
			if refused := strings.Contains(a.Error, "loopback"); refused == allowed || (home.connections.Load() > 0) != allowed {
				t.Errorf("%q, and %d connections", a.Error, home.connections.Load())
			}
			if strings.Contains(a.Error, "127.0.0.1") {
				t.Errorf("it tells what the name resolves to: %s", a.Error)
			}
		})
	}
}

func TestOfSeveralAddressesOnlyThoseAllowedAreCalled(t *testing.T) {
	home := receive(t, nil)
	names := zone(t, map[string][]string{"many.example": {"127.0.0.1", "::1", "10.0.0.1", "::ffff:127.0.0.1", "169.254.169.254"}})
	r := started(t, func(c *webhooks.Config) { c.Allow, c.Resolver = nil, names.resolver() })
	if _, _, err := r.Post(t.Context(), "https://many.example:"+home.port()); !refused(err) || home.connections.Load() != 0 {
		t.Errorf("%v, %d connections", err, home.connections.Load())
	}
	if _, _, err := r.Post(t.Context(), "http://many.example:"+home.port()); !refused(err) || home.connections.Load() != 0 {
		t.Errorf("%v, %d connections", err, home.connections.Load())
	}
	allowing := started(t, func(c *webhooks.Config) {
		c.Allow, c.Resolver = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, names.resolver()
	})
	if code, _, err := allowing.Post(t.Context(), "http://many.example:"+home.port()); err != nil || code != 204 || home.connections.Load() != 1 {
		t.Errorf("%d, %v, %d connections", code, err, home.connections.Load())
	}
}

func refused(err error) bool {
	var e *webhooks.RefusedError
	return errors.As(err, &e)
}

// The sender alone holds too, without what a registration checks before it.
func TestTheSenderItselfRefuses(t *testing.T) {
	home := receive(t, nil)
	r := newRig(t, func(c *webhooks.Config) {
		c.Allow, c.Resolver = nil, zone(t, map[string][]string{"public.example": {"93.184.216.34"}, "home.example": {"127.0.0.1"}}).resolver()
	})
	for _, raw := range []string{"https://127.0.0.1", "https://[::1]", "https://[::ffff:127.0.0.1]", "https://0.0.0.0", "https://home.example", "http://home.example", "https://localhost", "http://public.example", "http://93.184.216.34"} {
		raw += ":" + home.port()
		if _, _, err := r.Post(t.Context(), raw); !refused(err) {
			t.Errorf("%s: %v", raw, err)
		}
	}
	if n := home.connections.Load(); n != 0 {
		t.Errorf("%d connections", n)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	home := receive(t, nil)
	for _, code := range []int{301, 302, 303, 307, 308} {
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", home.URL)
			w.WriteHeader(code)
		})
		r := started(t, nil) // even though home could be called
		reg := r.register(rec.URL)
		r.publish("e1")
		r.await(webhooks.OutcomeRetrying)
		if a := r.only(reg.ID).Attempts[0]; a.Status != code || !strings.Contains(a.Error, "redirect") {
			t.Errorf("got %+v", a)
		}
	}
	if n := home.connections.Load(); n != 0 {
		t.Errorf("%d connections", n)
	}
}

func TestAProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	proxy, rec := receive(t, nil), receive(t, nil)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	// A name, for no proxy is used for localhost in any case.
	r := started(t, func(c *webhooks.Config) {
		c.Resolver = zone(t, map[string][]string{"hook.example": {"127.0.0.1"}}).resolver()
	})
	u := "http://hook.example:" + rec.port()
	req, err := http.NewRequest(http.MethodPost, u, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := http.ProxyFromEnvironment(req); err != nil || p == nil {
		t.Fatalf("others would not use one either: %v, %v", p, err)
	}
	r.register(u)
	r.publish("e1")
	r.await(webhooks.OutcomeDelivered)
	if len(proxy.calls) != 0 || len(rec.calls) != 1 {
		t.Errorf("%d by the proxy, %d directly", len(proxy.calls), len(rec.calls))
	}
}

func TestDeliveriesOverTLSCheckTheCertificate(t *testing.T) {
	rec := &receiver{calls: make(chan call, 10)}
	rec.Server = newTLS(t, rec.handler(nil))
	r := started(t, func(c *webhooks.Config) {
		c.Resolver = zone(t, map[string][]string{"hook.example": {"127.0.0.1"}, "example.com": {"127.0.0.1"}}).resolver()
	})
	if _, _, err := r.Post(t.Context(), "https://example.com:"+rec.port()); err == nil || !strings.Contains(err.Error(), "authority") {
		t.Errorf("an unknown authority: %v", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(rec.Certificate())
	trusting := started(t, func(c *webhooks.Config) {
		c.Resolver = zone(t, map[string][]string{"hook.example": {"127.0.0.1"}, "example.com": {"127.0.0.1"}}).resolver()
	})
	trusting.Trust(pool)
	if _, _, err := trusting.Post(t.Context(), "https://hook.example:"+rec.port()); err == nil || !strings.Contains(err.Error(), "another host") {
		t.Errorf("another host: %v", err)
	}
	reg := trusting.register("https://EXAMPLE.com.:" + rec.port() + "/h?x=1")
	trusting.publish("e1")
	trusting.await(webhooks.OutcomeDelivered)
	if c := rec.get(t); c.path != "/h" || trusting.only(reg.ID).State != webhooks.StateDelivered {
		t.Errorf("got %+v", c)
	}
}
