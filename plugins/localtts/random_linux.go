package localtts

import (
	"fmt"
	"sync"

	"github.com/ebitengine/purego"
)

// speaking lets one sentence be spoken at a time in this process. espeak-ng demands it; flite shares
// a voice's settings; and both take the noise in a voice from C's rand, whose state they share.
var speaking sync.Mutex

var srand func(seed uint32)

// openRandom finds the function that puts rand back to its beginning.
var openRandom = sync.OnceValue(func() error {
	lib, err := purego.Dlopen("libc.so.6", purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return fmt.Errorf("cannot load %w", err) // which names the library
	}
	return bind(lib, map[string]any{"srand": &srand})
})

// reseed makes the noise of the next sentence the same every time. Call it with speaking held.
func reseed() { srand(1) }
