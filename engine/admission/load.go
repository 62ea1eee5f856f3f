package admission

import "time"

// A Load is a snapshot of a controller, for metrics.
type Load struct {
	CPUs     int // the size of the pool
	CPUsBusy int
	Gates    []GateLoad // in the order in which they were made
}

// A GateLoad is a snapshot of one gate.
type GateLoad struct {
	Name        string
	InFlight    int // calls that run
	Waiting     int
	Broken      bool      // as [Gate.Broken] tells
	BrokenUntil time.Time // zero if it is not
	HeldUntil   time.Time // zero if it is not
}

// Load tells what is in use and who waits.
func (c *Controller) Load() Load {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	load := Load{CPUs: c.cpus, CPUsBusy: c.busy, Gates: make([]GateLoad, len(c.gates))}
	for i, g := range c.gates {
		gl := GateLoad{Name: g.name, InFlight: g.running, Waiting: g.waiting}
		gl.BrokenUntil, gl.Broken = g.broken(now)
		if g.held > now {
			gl.HeldUntil = c.start.Add(g.held)
		}
		load.Gates[i] = gl
	}
	return load
}
