package server

import (
	"net"
	"net/netip"
	"sync"
)

// An address is where clients find the server. It is known once it listens.
type address struct {
	public string // as configured, or ""

	mu sync.Mutex
	at net.Addr
}

func (a *address) listen(at net.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = at
}

func (a *address) listening() net.Addr {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at
}

// base is what absolute links begin with. A Host header has no say in it.
func (a *address) base() string {
	if a.public != "" {
		return a.public
	}
	at := a.listening()
	if at == nil {
		return ""
	}
	host := at.String()
	if ap, err := netip.ParseAddrPort(host); err == nil && ap.Addr().IsUnspecified() {
		host = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), ap.Port()).String() // every address; this one works here
	}
	return "http://" + host
}
