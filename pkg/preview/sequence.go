package preview

import (
	"fmt"
	"io"
)

// sequence writes pieces in their order and finds duplicates, which depend on it.
type sequence struct {
	source  Source
	worker  *worker
	format  Format
	out     io.Writer
	counter *counter
	twins   twins
	second  piece // of a user who turned out to be a duplicate
	some    bool  // something was written behind the head
}

func (s *sequence) begin() error { return s.text(s.format.Head) }

func (s *sequence) end() error { return s.text(s.format.Tail) }

func (s *sequence) text(t string) error {
	if t == "" {
		return nil
	}
	return s.bytes([]byte(t))
}

func (s *sequence) bytes(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if _, err := s.out.Write(b); err != nil {
		return fmt.Errorf("write the preview: %w", err)
	}
	return nil
}

// write writes a piece, as far as possible in one go.
func (s *sequence) write(p *piece) error {
	written, keys, problems := 0, p.keys, p.noted
	start := 0
	for i := range p.entries {
		e := &p.entries[i]
		own := keys[:e.keys]
		keys = keys[e.keys:]
		mine := problems[:e.noted]
		problems = problems[e.noted:]
		if twin, ok := s.twin(own, uint32(p.records[i].at.Line)); ok {
			if err := s.bytes(p.out[written:start]); err != nil {
				return err
			}
			if err := s.again(&p.records[i], s.source.name(twin)); err != nil {
				return err
			}
			written, start = e.end, e.end
			continue
		}
		s.counter.add(e, mine)
		if s.format.Between != "" && e.end > start {
			if s.some {
				if err := s.text(s.format.Between); err != nil {
					return err
				}
			}
			s.some = true
			if err := s.bytes(p.out[start:e.end]); err != nil {
				return err
			}
			written = e.end
		}
		start = e.end
	}
	return s.bytes(p.out[written:])
}

// twin notes the keys of a user, unless an earlier user has one of them.
func (s *sequence) twin(keys []uint64, number uint32) (first uint32, found bool) {
	for _, k := range keys {
		if first, found = s.twins.find(k); found {
			return first, true
		}
	}
	for _, k := range keys {
		s.twins.add(k, number)
	}
	return 0, false
}

// again writes a user as the duplicate that the user is.
func (s *sequence) again(r *record, twin string) error {
	s.second.reset()
	s.worker.one(&s.second, r, s.format, twin)
	s.counter.add(&s.second.entries[0], s.second.noted)
	if s.format.Between != "" && len(s.second.out) > 0 {
		if s.some {
			if err := s.text(s.format.Between); err != nil {
				return err
			}
		}
		s.some = true
	}
	return s.bytes(s.second.out)
}
