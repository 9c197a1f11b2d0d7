package emulator

import (
	"sync"

	"github.com/scimctl/scimctl/pkg/engine"
)

// turns lets one worker at a time work on an object: a cycle and whoever provisions on
// demand share the links of a job, and two of them on one object would both create it.
type turns struct {
	mu   sync.Mutex
	busy map[engine.Member]chan struct{}
}

func newTurns() *turns { return &turns{busy: map[engine.Member]chan struct{}{}} }

// enter waits until nobody works on the object. The caller calls leave when it is
// done.
func (t *turns) enter(m engine.Member) (leave func()) {
	for {
		t.mu.Lock()
		other, taken := t.busy[m]
		if !taken {
			mine := make(chan struct{})
			t.busy[m] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				delete(t.busy, m)
				t.mu.Unlock()
				close(mine)
			}
		}
		t.mu.Unlock()
		<-other
	}
}
