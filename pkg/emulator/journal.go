package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// journal keeps something that is large and changes in small steps: a file with the
// whole, written now and then, and lines that say what happened since, written at
// once. What was noted outlives a process that is killed.
//
// The whole is in name.json with the number of a generation; name.N.log has the lines
// of generation N, one JSON text each. A new generation begins before the whole is
// written, so the whole has everything of the generations before it, and perhaps some
// of its own lines: a line must do no harm when it is read twice.
type journal struct {
	store store
	name  string

	saving sync.Mutex // one save at a time

	mu         sync.Mutex
	generation uint64
	file       io.WriteCloser // of the generation; nil until the first line
	size       int64          // bytes of lines that no whole has
	failed     error          // of a line; the whole is written in its place
}

// journalled is the content of the file with the whole.
type journalled struct {
	Generation uint64          `json:"generation"`
	Whole      json.RawMessage `json:"whole"`
}

func newJournal(s store, name string) *journal { return &journal{store: s, name: name} }

func (j *journal) logName(generation uint64) string {
	return j.name + "." + strconv.FormatUint(generation, 10) + ".log"
}

// note writes a line before it returns.
func (j *journal) note(line any) error {
	data, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("write %s: %w", j.logName(j.generation), err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		if j.file, err = j.store.appendTo(j.logName(j.generation)); err != nil {
			j.failed = err
			return err
		}
	}
	n, err := j.file.Write(append(data, '\n'))
	j.size += int64(n)
	if err != nil {
		j.failed = fmt.Errorf("write %s: %w", j.logName(j.generation), err)
	}
	return j.failed
}

// long reports whether the lines should be replaced by the whole: there are many, or
// some could not be written.
func (j *journal) long() bool {
	const limit = 32 << 20
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.size > limit || j.failed != nil
}

// turn begins a generation.
func (j *journal) turn() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file != nil {
		_ = j.file.Close() // every line was written when it was noted
	}
	j.file, j.size, j.failed = nil, 0, nil
	j.generation++
}

// save writes the whole and drops the lines that it has. content calls turn, and
// returns what was there at that moment or later.
func (j *journal) save(content func(turn func()) any) error {
	j.saving.Lock()
	defer j.saving.Unlock()
	whole, err := json.Marshal(content(j.turn))
	if err != nil {
		return fmt.Errorf("write %s.json: %w", j.name, err)
	}
	generation := j.generation // only save changes it
	packed, err := json.Marshal(journalled{generation, whole})
	if err != nil {
		return fmt.Errorf("write %s.json: %w", j.name, err)
	}
	data, err := json.Marshal(envelope{version, packed})
	if err != nil {
		return fmt.Errorf("write %s.json: %w", j.name, err)
	}
	if err := j.store.replaceFile(j.name+".json", data); err != nil {
		return err
	}
	return j.dropBefore(generation)
}

func (j *journal) dropBefore(generation uint64) error {
	generations, err := j.generations()
	for _, g := range generations {
		if g < generation {
			err = errors.Join(err, j.store.remove(j.logName(g)))
		}
	}
	return err
}

// remove deletes all files.
func (j *journal) remove() error {
	j.saving.Lock()
	defer j.saving.Unlock()
	j.turn()
	return errors.Join(j.store.remove(j.name+".json"), j.dropBefore(j.generation))
}

// generations are those that have lines, in order.
func (j *journal) generations() ([]uint64, error) {
	names, err := j.store.names()
	if err != nil {
		return nil, err
	}
	var out []uint64
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, j.name+".")
		number, isLog := strings.CutSuffix(rest, ".log")
		if g, err := strconv.ParseUint(number, 10, 64); ok && isLog && err == nil {
			out = append(out, g)
		}
	}
	slices.Sort(out)
	return out, nil
}

// load reads the whole with set, when there is one, and then the lines after it with
// replay. A last line that was cut off by the end of a process is passed over.
func (j *journal) load(set, replay func(data []byte) error) error {
	content, fileVersion, found, err := readEnvelope(j.store, j.name+".json")
	if err != nil {
		return err
	}
	if found {
		var whole journalled
		if fileVersion < version { // it was written whole each time
			whole.Whole = content
		} else if err := json.Unmarshal(content, &whole); err != nil {
			return corrupt(j.name+".json", err)
		}
		if len(whole.Whole) == 0 {
			return corrupt(j.name+".json", errors.New("it has no content"))
		}
		if err := set(whole.Whole); err != nil {
			return corrupt(j.name+".json", err)
		}
		j.generation = whole.Generation
	}
	generations, err := j.generations()
	if err != nil {
		return err
	}
	from := j.generation
	for _, g := range generations {
		j.generation = max(j.generation, g)
		if g < from {
			continue
		}
		data, err := j.store.readFile(j.logName(g))
		if err != nil {
			return err
		}
		if err := eachLine(j.logName(g), data, replay); err != nil {
			return err
		}
	}
	return nil
}

// eachLine hands out the complete lines of a file. The error says at which byte the
// line begins that cannot be read.
func eachLine(name string, data []byte, read func([]byte) error) error {
	for at := 0; at < len(data); {
		n := bytes.IndexByte(data[at:], '\n')
		if n < 0 {
			return nil
		}
		if err := read(data[at : at+n]); err != nil {
			// Not wrapped: an offset inside the line would be taken for one of the file.
			return corrupt(name, fmt.Errorf("the line at byte %d: %v", at, err))
		}
		at += n + 1
	}
	return nil
}
