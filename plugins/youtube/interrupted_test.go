package youtube

import (
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/providers"
)

// once is a fault of the n-th request of a kind.
func once(kind string, n int, f *youtubetest.Fault) func(youtubetest.Request) *youtubetest.Fault {
	return func(r youtubetest.Request) *youtubetest.Fault {
		if r.Kind == kind && r.N == n {
			return f
		}
		return nil
	}
}

func TestAnInterruptedUploadGoesOnWhereItWas(t *testing.T) {
	cut := func(keep int64) *youtubetest.Fault { return &youtubetest.Fault{Keep: keep, Cut: true} }
	says := func(status int, header http.Header, body string) *youtubetest.Fault {
		return &youtubetest.Fault{Status: status, Header: header, Body: body}
	}
	for _, row := range []struct {
		name                   string
		faults                 func(youtubetest.Request) *youtubetest.Fault
		begins, pieces, querys int
	}{
		{"the connection is cut before a piece", once(youtubetest.Piece, 2, cut(0)), 1, 5, 1},
		{"the connection is cut within a piece", once(youtubetest.Piece, 2, cut(100_000)), 1, 4, 1},
		{"the answer to a piece is lost", once(youtubetest.Piece, 2, cut(youtubetest.All)), 1, 4, 1},
		{"the answer to the last piece is lost", once(youtubetest.Piece, 4, cut(youtubetest.All)), 1, 4, 1},
		{"the last piece is cut", once(youtubetest.Piece, 4, cut(500)), 1, 5, 1},
		{"busy within a piece", once(youtubetest.Piece, 3, says(503, nil, "")), 1, 5, 1},
		{"a gateway that speaks HTML", once(youtubetest.Piece, 3, says(502, nil, "<html>Bad Gateway</html>")), 1, 5, 1},
		{"a request that took too long", once(youtubetest.Piece, 3, says(408, nil, "")), 1, 5, 1},
		{"a piece that was taken and an error", once(youtubetest.Piece, 3, &youtubetest.Fault{Keep: youtubetest.All, Status: 500}), 1, 4, 1},
		{"the session is not given", once(youtubetest.Begin, 1, cut(0)), 2, 4, 0},
		{"the session's answer is lost", once(youtubetest.Begin, 1, &youtubetest.Fault{Done: true, Cut: true}), 2, 4, 0},
		{"the session is not given now", once(youtubetest.Begin, 1, says(500, nil, "")), 2, 4, 0},
		{"the query fails as well", func(r youtubetest.Request) *youtubetest.Fault {
			switch {
			case r.Kind == youtubetest.Piece && r.N == 2:
				return cut(1000)
			case r.Kind == youtubetest.Query && r.N < 4:
				return []*youtubetest.Fault{cut(0), says(503, nil, ""), says(504, nil, "")}[r.N-1]
			}
			return nil
		}, 1, 4, 4},
		{"every piece is cut once", func(r youtubetest.Request) *youtubetest.Fault {
			if r.Kind == youtubetest.Piece && r.N%2 == 1 {
				return cut(1)
			}
			return nil
		}, 1, 8, 4},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t, 3*piece+1000)
			r.vendor.Interfere(row.faults)
			r.arrived(r.publish(t.Context(), attempt{}))
			r.requests(youtubetest.Begin, row.begins)
			r.requests(youtubetest.Piece, row.pieces)
			r.requests(youtubetest.Query, row.querys)
			if len(r.slept) == 0 {
				t.Error("it tried again at once")
			}
		})
	}
}

func TestPausesGrowAndAVendorsWaitIsHeeded(t *testing.T) {
	r := newRig(t, piece)
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		f := &youtubetest.Fault{Status: 503}
		switch {
		case q.Kind == youtubetest.Begin:
			return nil
		case q.Kind == youtubetest.Query && q.N == 2:
			f.Header = http.Header{"Retry-After": {"50"}}
		}
		return f
	})
	r.failed(r.publish(t.Context(), attempt{}), providers.KindUnavailable, "cannot be reached")
	r.requests(youtubetest.Piece, 1)
	r.requests(youtubetest.Query, maxTries-1)
	if len(r.slept) != maxTries-1 || r.slept[0] > time.Second || r.slept[2] < 50*time.Second || r.slept[8] < 30*time.Second || r.slept[8] > time.Minute {
		t.Errorf("slept %v", r.slept)
	}
	// A longer one is left to the engine.
	r.slept = nil
	r.vendor.Interfere(func(youtubetest.Request) *youtubetest.Fault {
		return &youtubetest.Fault{Status: 503, Header: http.Header{"Retry-After": {"600"}}}
	})
	if e := r.failed(r.publish(t.Context(), attempt{}), providers.KindUnavailable, ""); e.RetryAfter != 10*time.Minute || len(r.slept) > 0 {
		t.Errorf("%+v, slept %v", e, r.slept)
	}
}

// Each session counts against the day's quota, also one that was not given.
func TestABeginningIsTriedAFewTimes(t *testing.T) {
	r := newRig(t, piece)
	r.vendor.Interfere(func(youtubetest.Request) *youtubetest.Fault { return &youtubetest.Fault{Status: 503} })
	r.failed(r.publish(t.Context(), attempt{}), providers.KindUnavailable, "cannot be reached")
	r.requests(youtubetest.Begin, maxBegins)
}

func TestAnUploadThatGetsOnIsNotGivenUp(t *testing.T) {
	r := newRig(t, 30*piece)
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		if q.Kind == youtubetest.Piece && q.N%2 == 1 { // more often in all than in a row
			return &youtubetest.Fault{Keep: 1, Cut: true}
		}
		return nil
	})
	r.arrived(r.publish(t.Context(), attempt{}))
}

func TestAVendorThatTakesNothingIsGivenUp(t *testing.T) {
	for name, answer := range map[string]http.Header{"without a range": nil, "with the same range": {"Range": {"bytes=0-0"}}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 3*piece)
			r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
				if q.Kind == youtubetest.Begin {
					return nil
				}
				return &youtubetest.Fault{Status: 308, Header: answer}
			})
			r.vendor.Lenient()
			r.failed(r.publish(t.Context(), attempt{}), providers.KindUnavailable, "")
			if n := r.vendor.Requests(youtubetest.Piece); n > maxTries+1 {
				t.Errorf("%d pieces were sent", n)
			}
		})
	}
}

func TestWhatTheVendorSaysItHasIsNotBelievedBeyondWhatWasSent(t *testing.T) {
	for _, said := range []string{"bytes=0-999999999", "bytes=5-10", "bytes=0-", "0-99999999999999999999", "bytes=0-262144", "nonsense"} {
		t.Run(said, func(t *testing.T) {
			r := newRig(t, 3*piece)
			r.vendor.Interfere(once(youtubetest.Piece, 1, &youtubetest.Fault{Keep: youtubetest.All, Status: 308, Header: http.Header{"Range": {said}}}))
			r.arrived(r.publish(t.Context(), attempt{}))
			r.requests(youtubetest.Query, 1)
		})
	}
}

func TestASessionThatIsForgottenBeginsAnew(t *testing.T) {
	for _, status := range []int{400, 404, 410} {
		for _, kind := range []string{youtubetest.Piece, youtubetest.Query} {
			if status == 400 && kind == youtubetest.Piece {
				continue // that says something of the piece
			}
			t.Run(fmt.Sprint(status, " at a ", kind), func(t *testing.T) {
				r := newRig(t, 4*piece)
				r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
					switch {
					case q.Kind == youtubetest.Piece && q.N == 2 && kind == youtubetest.Query:
						return &youtubetest.Fault{Keep: 10, Cut: true}
					case q.Kind == kind && (q.N == 3 || kind == youtubetest.Query && q.N == 1):
						r.vendor.Forget()
						return &youtubetest.Fault{Status: status, Body: youtubetest.Problem(status, "notFound", "gone")}
					}
					return nil
				})
				r.arrived(r.publish(t.Context(), attempt{}))
				r.requests(youtubetest.Begin, 2)
			})
		}
	}
}

func TestAVendorThatForgetsAgainAndAgainIsGivenUp(t *testing.T) {
	r := newRig(t, 4*piece)
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		if q.Kind == youtubetest.Piece {
			return &youtubetest.Fault{Status: 404}
		}
		return nil
	})
	r.failed(r.publish(t.Context(), attempt{}), providers.KindUnavailable, "")
	r.requests(youtubetest.Begin, maxSessions)
}

// When the last bytes were under way and the session is gone, the film may be there. It must not be sent again
// unless a person says so.
func TestAFilmThatMayHaveArrivedIsNotSentAgainUnasked(t *testing.T) {
	r := newRig(t, 2*piece)
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		if q.Kind == youtubetest.Piece && q.N == 2 {
			r.vendor.Forget()
			return &youtubetest.Fault{Cut: true}
		}
		return nil
	})
	first := r.publish(t.Context(), attempt{})
	r.failed(first, providers.KindRejected, "look at your channel")
	r.requests(youtubetest.Begin, 1)
	if files, _ := os.ReadDir(r.state); len(files) > 0 {
		t.Errorf("it is still noted: %v", files)
	}
	// The process ends before the failure is recorded: the checkpoint comes back, and the answer is the same.
	again := r.publish(t.Context(), attempt{checkpoint: first.heard.last()})
	r.failed(again, providers.KindRejected, "look at your channel")
	r.requests(youtubetest.Begin, 1)
	// A person has looked and tries again.
	r.arrived(r.publish(t.Context(), attempt{}))
	r.requests(youtubetest.Begin, 2)
}

func TestALastPieceThatTheVendorRefusesForWantOfASessionHasNotArrived(t *testing.T) {
	r := newRig(t, 2*piece)
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		if q.Kind == youtubetest.Piece && q.N == 2 {
			r.vendor.Forget()
		}
		return nil
	})
	r.arrived(r.publish(t.Context(), attempt{}))
	r.requests(youtubetest.Begin, 2)
}

// A vendor that says it has not all has no video, whatever was under way before.
func TestAVendorThatLostTheEndIsInNoDoubt(t *testing.T) {
	r := newRig(t, 2*piece)
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		switch {
		case q.Kind == youtubetest.Piece && q.N == 2:
			return &youtubetest.Fault{Status: 503}
		case q.Kind == youtubetest.Query && q.N == 1:
			return &youtubetest.Fault{Status: 308} // nothing is there
		case q.Kind == youtubetest.Piece && q.N == 3:
			r.vendor.Forget()
			return &youtubetest.Fault{Cut: true}
		}
		return nil
	})
	r.arrived(r.publish(t.Context(), attempt{}))
	r.requests(youtubetest.Begin, 2)
}

func TestAllBytesThereAndNoVideoYetIsWaitedFor(t *testing.T) {
	r := newRig(t, 2*piece)
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		all := http.Header{"Range": {fmt.Sprintf("bytes=0-%d", 2*piece-1)}}
		switch {
		case q.Kind == youtubetest.Piece && q.N == 2:
			return &youtubetest.Fault{Keep: youtubetest.All, Status: 308, Header: all}
		case q.Kind == youtubetest.Query && q.N < 3:
			return &youtubetest.Fault{Status: 308, Header: all}
		}
		return nil
	})
	r.arrived(r.publish(t.Context(), attempt{}))
	r.requests(youtubetest.Query, 3)
}

func TestAVideoWithoutANameIsAskedForAgain(t *testing.T) {
	for name, row := range map[string]struct {
		silent int // answers
		body   string
		doubt  bool
	}{
		"once":          {1, `{"id": ""}`, false},
		"no JSON":       {2, `<html>`, false},
		"a hostile one": {1, `{"id": "../../evil?"}`, false},
		"always":        {100, `{}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, piece)
			n := 0
			r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
				if q.Kind == youtubetest.Begin {
					return nil
				}
				if n++; n > row.silent {
					return nil
				}
				return &youtubetest.Fault{Keep: youtubetest.All, Status: 200, Body: row.body}
			})
			o := r.publish(t.Context(), attempt{})
			if row.doubt {
				r.failed(o, providers.KindRejected, "look at your channel")
			} else {
				r.arrived(o)
			}
			r.requests(youtubetest.Begin, 1)
		})
	}
}
