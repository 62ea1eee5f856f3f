package identity_test

import (
	"testing"

	"github.com/filmloom/filmloom/server/identity"
)

func BenchmarkAuthenticate(b *testing.B) {
	h := open(b)
	h.conf.Now = nil // the real clock costs something
	h.restart(b)
	a := h.add(b, "ada")
	session := h.login(b, "ada")
	_, text := h.key(b, a.ID, identity.NewKey{})
	for name, credential := range map[string]string{"session": session.Token, "key": text} {
		b.Run(name+" seen before", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.Authenticate(b.Context(), credential, home); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+" for the first time", func(b *testing.B) {
			for b.Loop() {
				h.Forget()
				if _, err := h.Authenticate(b.Context(), credential, home); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+" on all processors", func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := h.Authenticate(b.Context(), credential, home); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

func BenchmarkLogin(b *testing.B) {
	h := open(b)
	h.conf.Hash = identity.Argon2{} // as on a real server
	h.restart(b)
	h.add(b, "ada")
	for b.Loop() {
		h.login(b, "ada")
	}
}
