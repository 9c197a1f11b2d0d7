package cmd

import (
	"context"
	"sync"
)

// memo keeps the answers to questions, so that none is asked twice, also not by two
// who ask at the same time. An answer that is an error is not kept. The zero memo is
// empty.
type memo[K comparable, V any] struct {
	mu      sync.Mutex
	answers map[K]*answer[V]
}

// answer is one that is there, or is awaited until done is closed.
type answer[V any] struct {
	done  chan struct{}
	value V
	err   error
}

// get returns the answer to key, from ask where nobody has asked before.
func (m *memo[K, V]) get(ctx context.Context, key K, ask func() (V, error)) (V, error) {
	a, mine := m.claim(key)
	if mine {
		value, err := ask()
		m.settle(key, a, value, err)
	}
	return a.wait(ctx)
}

// claim returns the answer to key, and whether the caller has to settle it.
func (m *memo[K, V]) claim(key K) (a *answer[V], mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a, ok := m.answers[key]; ok {
		return a, false
	}
	if m.answers == nil {
		m.answers = map[K]*answer[V]{}
	}
	a = &answer[V]{done: make(chan struct{})}
	m.answers[key] = a
	return a, true
}

// settle gives a claimed answer.
func (m *memo[K, V]) settle(key K, a *answer[V], value V, err error) {
	a.value, a.err = value, err
	if err != nil {
		m.mu.Lock()
		delete(m.answers, key)
		m.mu.Unlock()
	}
	close(a.done)
}

// wait returns the answer when it is there, or the cause of ctx's end.
func (a *answer[V]) wait(ctx context.Context) (V, error) {
	select {
	case <-a.done:
		return a.value, a.err
	case <-ctx.Done():
		var zero V
		return zero, context.Cause(ctx)
	}
}
