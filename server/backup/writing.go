package backup

import "sync"

// Small files wait for the disk more than for anything else: some are written at the same time.
const (
	smallFile = 1 << 20 // bytes
	atOnce    = 16      // so many of them in memory
)

// A writing does several things at a time. Only one goroutine may use it.
type writing struct {
	turns chan struct{}
	wg    *sync.WaitGroup
	fails chan error // the first of the errors
}

func newWriting() writing {
	return writing{make(chan struct{}, atOnce), &sync.WaitGroup{}, make(chan error, 1)}
}

// do does something soon. The error is of something before.
func (w writing) do(fn func() error) error {
	w.turns <- struct{}{}
	w.wg.Go(func() {
		defer func() { <-w.turns }()
		if err := fn(); err != nil {
			select {
			case w.fails <- err:
			default:
			}
		}
	})
	return w.failed()
}

// wait gives the error of what was not told yet, when everything has ended. It must be called once.
func (w writing) wait() error {
	w.wg.Wait()
	return w.failed()
}

func (w writing) failed() error {
	select {
	case err := <-w.fails:
		return err
	default:
		return nil
	}
}
