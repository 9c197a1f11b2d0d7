package endpoint

import (
	"context"
	"sync"
	"time"
)

// limiter spaces requests out. The zero gap does not limit.
type limiter struct {
	gap   time.Duration
	now   func() time.Time
	sleep func(context.Context, time.Duration) error

	mu   sync.Mutex
	next time.Time
}

// wait returns when the next request may go, or when the context ends.
func (l *limiter) wait(ctx context.Context) error {
	if l.gap == 0 {
		return ctx.Err()
	}
	l.mu.Lock()
	now := l.now()
	at := l.next
	if at.Before(now) {
		at = now
	}
	l.next = at.Add(l.gap)
	l.mu.Unlock()
	if pause := at.Sub(now); pause > 0 {
		return l.sleep(ctx, pause)
	}
	return ctx.Err()
}
