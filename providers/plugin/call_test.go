package plugin

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
)

func TestDescriptionCrossesTheWireUnchanged(t *testing.T) {
	h, _ := open(t, spec("plugin"), quick())
	got, err := h.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want, _ := testling().Describe(t.Context())
	if !reflect.DeepEqual(got, want) {
		t.Errorf("description differs:\n got %#v\nwant %#v", got, want)
	}
}

func TestConfigureAndEstimateRoundTrip(t *testing.T) {
	h, _ := open(t, spec("plugin"), quick())
	c, err := h.Configure(t.Context(), []byte(`{"greeting":"ho"}`))
	if err != nil {
		t.Fatal(err)
	}
	want, _ := testling().Configure(t.Context(), []byte(`{"greeting":"ho"}`))
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %#v, want %#v", c, want)
	}
	e, err := h.Estimate(t.Context(), providers.EstimateQuery{Capability: obey.Name})
	if err != nil || e != (providers.Estimate{MinCost: 1, MaxCost: 2e6, MinTime: time.Second, MaxTime: time.Minute}) {
		t.Errorf("estimate %+v, %v", e, err)
	}
	_, err = h.Configure(t.Context(), []byte(`{"key":"bad"}`))
	if !reflect.DeepEqual(err, &providers.Error{
		Kind: providers.KindUnauthorized, Message: "bad key",
		User: "Ask the owner.", Hint: "Set key.", RetryAfter: 1500 * time.Millisecond,
	}) {
		t.Errorf("error %#v", err)
	}
	if _, err = h.Estimate(t.Context(), providers.EstimateQuery{Capability: "panic"}); kindOf(err) != providers.KindInternal ||
		!strings.Contains(err.Error(), "no idea") {
		t.Errorf("panic in Estimate gives %v", err)
	}
}

func TestCallReportsWhileItRuns(t *testing.T) {
	h, _ := open(t, spec("plugin"), quick())
	r := newRecorder()
	c := call(order{Do: "report"}, r)
	c.IdempotencyKey, c.Attempt, c.WorkDir, c.Checkpoint = "key-1", 3, "/work", []byte("a\xffb")
	c.Secrets, c.Run, c.Address = map[string]string{"token": "t0"}, "run-9", `x["y"]`
	got, err := h.Execute(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got.Output), `key-1 3 /work t0 \"a\\xffb\" run-9 x[\"y\"]`) {
		t.Errorf("the call did not arrive whole: %s", got.Output)
	}
	if got.Cost != 40_000 || !reflect.DeepEqual(got.Warnings, []string{"It is blurry."}) {
		t.Errorf("cost %d, warnings %q", got.Cost, got.Warnings)
	}
	if want := []string{"0.25 a quarter", "0.75 "}; !reflect.DeepEqual(r.progress, want) {
		t.Errorf("progress %q, want %q", r.progress, want)
	}
	if want := []string{"WARN careful [n 3 err ouch took 1s]"}; !reflect.DeepEqual(r.logs, want) {
		t.Errorf("logs %q, want %q", r.logs, want)
	}
	if string(r.checkpoint) != "half\x00way" {
		t.Errorf("checkpoint %q", r.checkpoint)
	}
}

func TestCheckpointThatIsRefusedFailsInThePlugin(t *testing.T) {
	h, _ := open(t, spec("plugin"), quick())
	r := newRecorder()
	r.refuse = providers.Errorf(providers.KindUnavailable, "the disk is full")
	_, err := h.Execute(t.Context(), call(order{Do: "report"}, r))
	if kindOf(err) != providers.KindUnavailable || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("got %v", err)
	}
}

func TestErrorsCrossTheWire(t *testing.T) {
	h, _ := open(t, spec("plugin"), quick())
	for _, row := range []struct {
		do   string
		want providers.Error
	}{
		{"fail", providers.Error{
			Kind: providers.KindRateLimited, Message: "slow down\uFFFD", User: "Busy.",
			Hint: "Wait.", RetryAfter: 90 * time.Second, Cost: 10_000,
		}},
		{"panic", providers.Error{Kind: providers.KindInternal, Message: "testling panicked in test.obey: in the handler", Cost: 20_000}},
	} {
		t.Run(row.do, func(t *testing.T) {
			_, err := execute(t.Context(), h, order{Do: row.do})
			if !reflect.DeepEqual(err, &row.want) {
				t.Errorf("got %#v", err)
			}
		})
	}
	if a := mustExecute(t, h, order{Do: "echo", Text: "still here"}); a.Text != "still here" {
		t.Errorf("after a panic: %+v", a)
	}
}

func TestCancelReachesTheHandlerAtOnce(t *testing.T) {
	patient := quick()
	patient.cancelGrace = time.Minute // it is not killed for being slow
	h, _ := open(t, spec("plugin"), patient)
	for _, row := range []struct {
		name string
		end  func(context.Context) (context.Context, context.CancelFunc)
		want error
	}{
		{"cancel", context.WithCancel, context.Canceled},
		{"deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}, context.DeadlineExceeded},
	} {
		t.Run(row.name, func(t *testing.T) {
			mustExecute(t, h, order{Do: "echo"}) // it runs
			mark := filepath.Join(t.TempDir(), "mark")
			ctx, cancel := row.end(t.Context())
			defer cancel()
			r := newRecorder()
			cancelled := make(chan time.Time, 1)
			go func() {
				<-r.began
				if row.name == "cancel" {
					cancel()
				}
				<-ctx.Done()
				cancelled <- time.Now()
			}()
			_, err := h.Execute(ctx, call(order{Do: "wait", Text: mark}, r))
			if took := time.Since(<-cancelled); took > 20*time.Second {
				t.Errorf("the call ended %v after it was cancelled", took)
			}
			if !errors.Is(err, row.want) || providers.AsError(err).Cost != 30_000 {
				t.Errorf("got %#v", err)
			}
			if _, err := os.Stat(mark); err != nil {
				t.Errorf("the handler had not ended when Execute returned: %v", err)
			}
		})
	}
}

func TestCallThatIgnoresItsCancelIsLeftBehind(t *testing.T) {
	p := quick()
	p.cancelGrace, p.stopGrace = 50*time.Millisecond, time.Second
	h, book := open(t, spec("plugin"), p)
	ctx, cancel := context.WithCancel(t.Context())
	r := newRecorder()
	go func() { <-r.began; cancel() }()
	if _, err := h.Execute(ctx, call(order{Do: "deaf"}, r)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	book.await(t, "did not end a cancelled call in time")
	mustExecute(t, h, order{Do: "echo"})
}

func TestLargeMessagesPassAndTooLargeOnesAreExplained(t *testing.T) {
	h, _ := open(t, spec("plugin"), quick())
	if a := mustExecute(t, h, order{Do: "big", Size: 6 << 20}); len(a.Text) != 6<<20 {
		t.Errorf("got %d bytes", len(a.Text))
	}
	_, err := execute(t.Context(), h, order{Do: "big", Size: maxMessage})
	if kindOf(err) != providers.KindInternal || !strings.Contains(err.Error(), "64 MiB") {
		t.Errorf("too large an answer gives %v", err)
	}
	_, err = execute(t.Context(), h, order{Do: "echo", Text: strings.Repeat("x", maxMessage)})
	if kindOf(err) != providers.KindInvalidInput || !strings.Contains(err.Error(), "64 MiB") {
		t.Errorf("too large an input gives %v", err)
	}
}

func TestCallsRunConcurrently(t *testing.T) {
	h, _ := open(t, spec("plugin"), quick())
	ctx, cancel := context.WithCancel(t.Context())
	r := newRecorder()
	const n = 20
	ended := make(chan error, n)
	for range n {
		go func() {
			_, err := h.Execute(ctx, call(order{Do: "wait"}, r))
			ended <- err
		}()
	}
	for range n { // all wait at the same time
		<-r.began
	}
	cancel()
	for range n {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

func TestPluginLogReachesTheHost(t *testing.T) {
	h, book := open(t, spec("plugin"), quick())
	mustExecute(t, h, order{Do: "print"})
	book.await(t, `level=ERROR msg="logged by slog" plugin=testling n=5`)
	book.await(t, "printed to stdout")
}
