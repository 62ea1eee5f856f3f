package limits

// Sweep forgets the idle accounts of all shards.
func (l *Limiter) Sweep() {
	for i := range l.shards {
		l.sweep(&l.shards[i])
	}
}

// Accounts is how many accounts are in memory.
func (l *Limiter) Accounts() int {
	n := 0
	for i := range l.shards {
		l.shards[i].Lock()
		n += len(l.shards[i].entries)
		l.shards[i].Unlock()
	}
	return n
}

// Remembered is how many addresses are in memory.
func (s *Strangers) Remembered() int {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return len(s.requests.counts)
}
