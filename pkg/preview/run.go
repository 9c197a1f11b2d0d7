package preview

import (
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"runtime"
)

// Format is how results are written. Append is called by several goroutines; it
// may write nothing for a user.
type Format struct {
	Head, Between, Tail string
	Append              func(dst []byte, r *Result) []byte
}

// JSON writes a line of JSON for each user; see AppendJSON.
func JSON() Format { return Format{Append: AppendJSON} }

// Progress is how far a run is: users done, and bytes of the input for sources that
// are files.
type Progress struct {
	Users int
	Bytes int64
}

// Options are how a run works.
type Options struct {
	Format   Format
	Workers  int            // goroutines; 0 takes one for each processor
	Progress func(Progress) // told now and then; nil for nobody
}

// Run foresees the requests for all users of the source and writes them to out in
// the order of the source. A record that cannot be read is a result of its own. The
// error is one of reading, writing or cancellation; the summary counts what was
// written until then.
func (p *Preview) Run(ctx context.Context, src Source, out io.Writer, o Options) (Summary, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		seed    = maphash.MakeSeed()
		free    = make(chan *piece, 2*o.Workers+1)
		todo    = make(chan *piece, cap(free))
		inOrder = make(chan *piece, cap(free))
		readErr error
	)
	for range cap(free) {
		free <- &piece{}
	}
	// The reader is not waited for: it may hang in a read that nothing can end.
	go func() {
		defer close(inOrder)
		defer close(todo)
		if open, ok := src.(interface{ close() }); ok {
			defer open.close()
		}
		for more := true; more && readErr == nil; {
			var next *piece
			select {
			case next = <-free:
			case <-ctx.Done():
				return
			}
			next.reset()
			more, readErr = src.next(next)
			todo <- next // neither can block: there are as many places as pieces
			inOrder <- next
		}
	}()
	for range o.Workers {
		go func() {
			w := p.newWorker(seed)
			for piece := range todo {
				w.work(piece, o.Format)
				close(piece.done)
			}
		}()
	}
	s := &sequence{source: src, worker: p.newWorker(seed), format: o.Format, out: out, counter: newCounter(p.typ)}
	err := s.begin()
	for err == nil {
		var next *piece
		select {
		case next = <-inOrder:
		case <-ctx.Done():
			err = context.Cause(ctx)
			continue
		}
		if next == nil {
			err = readErr
			break
		}
		<-next.done
		err = s.write(next)
		if o.Progress != nil {
			o.Progress(Progress{Users: s.counter.summary.Users, Bytes: next.read})
		}
		free <- next
	}
	if err != nil {
		_ = s.end() // the error that came first is the one to tell
		return s.counter.result(), err
	}
	return s.counter.result(), s.end()
}

// work foresees the requests of all records of a piece.
func (w *worker) work(p *piece, f Format) {
	if p.lines != "" {
		p.split()
	}
	for i := range p.records {
		w.one(p, &p.records[i], f, "")
	}
}

// one appends what becomes of a record to the piece.
func (w *worker) one(p *piece, r *record, f Format, twin string) {
	res := w.record(r, twin)
	p.out = f.Append(p.out, res)
	for _, problem := range res.Problems {
		p.noted = append(p.noted, noted{problem, res.Action, res.who(r)})
	}
	p.keys = append(p.keys, w.keys...)
	p.entries = append(p.entries, entry{
		end: len(p.out), keys: len(w.keys), noted: len(res.Problems), requests: len(res.Requests), action: res.Action, inScope: w.inScope,
	})
}

// who names a user for the summary.
func (r *Result) who(rec *record) string {
	switch {
	case r.Name != "":
		return r.Name
	case r.ID != "":
		return r.ID
	}
	return fmt.Sprintf("%s:%d", rec.file, rec.at.Line)
}
