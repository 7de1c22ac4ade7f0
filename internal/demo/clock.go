package demo

import (
	"sync"
	"time"
)

// clock is the instance's clock. While the past weeks are played it stands at a time of
// theirs, and then it goes with the real one.
type clock struct {
	real func() time.Time

	mu    sync.Mutex
	stand time.Time // zero: it goes
}

// Now tells the time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stand.IsZero() {
		return c.real()
	}
	return c.stand
}

// set lets the clock stand at a time.
func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stand = t
}

// release lets the clock go.
func (c *clock) release() { c.set(time.Time{}) }
