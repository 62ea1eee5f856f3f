package admission_test

import (
	"context"
	"fmt"
	"time"

	"github.com/filmloom/filmloom/engine/admission"
)

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// One call runs at a provider that allows no more; the next one says why it waits, and begins when the
// first has left.
func Example() {
	c := admission.New(2, systemClock{})
	defer c.Close()
	openai := c.Gate("openai", admission.Limits{Concurrent: 1, PerMinute: 50})

	ctx := context.Background()
	first, err := openai.Enter(ctx, admission.Request{Run: "run-1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	second, err := openai.Enter(ctx, admission.Request{Run: "run-2", Waiting: func(reason string) {
		fmt.Println(reason)
		first.Leave(admission.Worked)
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("run-2 has begun")
	second.Leave(admission.Worked)
	// Output:
	// waiting for a place at openai (1 of 1 call running)
	// run-2 has begun
}

// A caller that has a fallback does not wait until a broken provider is tried again.
func ExampleGate_Broken() {
	c := admission.New(2, systemClock{})
	defer c.Close()
	stability := c.Gate("stability", admission.Limits{Breaker: admission.Breaker{Failures: 2}})
	for range 3 {
		if _, broken := stability.Broken(); broken {
			fmt.Println("illustrator draws it")
			break
		}
		pass, err := stability.Enter(context.Background(), admission.Request{Run: "run-1"})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("stability fails")
		pass.Leave(admission.Failed)
	}
	// Output:
	// stability fails
	// stability fails
	// illustrator draws it
}
