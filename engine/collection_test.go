package engine

import (
	"runtime"
	"testing"
)

// What a record refers to that is not in the journal yet, when a collection begins, would be taken for unused.
func TestACollectionBeginsWhenNothingIsComingIntoUse(t *testing.T) {
	var c collection
	written := c.use()
	c.touch([]string{"a"}) // no collection to remember it
	begun := make(chan struct{})
	go func() {
		defer close(begun)
		c.begin()
	}()
	for c.gate.TryRLock() { // until the collection waits
		c.gate.RUnlock()
		select {
		case <-begun:
			t.Fatal("a collection has begun before a record was written")
		default:
			runtime.Gosched()
		}
	}
	written()
	<-begun
	c.touch([]string{"b"})
	if c.touched["a"] || !c.touched["b"] {
		t.Errorf("touched since the beginning: %v", c.touched)
	}
	c.end()
}
