package cmd

import (
	"context"
	"io"
)

// interruptible is input that a signal ends: a read that waits for a person or a pipe
// gives up when the context does.
type interruptible struct {
	ctx context.Context
	in  io.Reader
	buf []byte
}

// interruptibleInput returns the command's standard input as an interruptible.
func (d *Deps) interruptibleInput(ctx context.Context) io.Reader {
	return &interruptible{ctx: ctx, in: d.IO.In}
}

// Read reads into a buffer of its own, since a read that was given up may still end.
func (r *interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if len(r.buf) < len(p) {
		r.buf = make([]byte, len(p))
	}
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func(buf []byte) {
		n, err := r.in.Read(buf)
		done <- result{n, err}
	}(r.buf[:len(p)])
	select {
	case got := <-done:
		return copy(p, r.buf[:got.n]), got.err
	case <-r.ctx.Done():
		r.buf = nil
		return 0, r.ctx.Err()
	}
}
