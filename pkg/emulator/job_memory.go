package emulator

import (
	"encoding/json"
	"strings"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// attach gives a job its memory: that of its files, or else what is known of it.
func (e *Emulator) attach(j *job, known *engine.State) error {
	j.engine, j.turns = known, newTurns()
	if known == nil {
		j.engine = engine.NewState()
	}
	own := j.ID[strings.LastIndexByte(j.ID, '.')+1:]
	j.journal = newJournal(e.store, jobJournal+own)
	interrupted := false
	err := j.journal.load(
		func(whole []byte) error { return json.Unmarshal(whole, j.engine) },
		func(line []byte) error {
			var n jobNote
			if err := json.Unmarshal(line, &n); err != nil {
				return err
			}
			interrupted = interrupted || n.Began != ""
			n.play(j.engine)
			return nil
		})
	if err != nil {
		return err
	}
	if interrupted { // a cycle that did not end is done again, and at once
		j.engine.Restart(engine.ResetNone)
	}
	return nil
}

// jobNote is a line of a job's journal: that a cycle began, or how an object is linked
// now. Members are those that a group was given, nil when they are as they were.
type jobNote struct {
	Began   string           `json:"began,omitempty"` // when
	Type    string           `json:"type,omitempty"`
	ID      string           `json:"id,omitempty"`
	Target  string           `json:"target,omitempty"` // "" for an object that is not linked
	Members *[]engine.Member `json:"members,omitempty"`
}

// noteObject writes down how an object is linked, with the members of a group when
// they may have changed.
func (j *job) noteObject(typ, id string, wrote bool) error {
	n := jobNote{Type: typ, ID: id}
	n.Target, _ = j.engine.Target(typ, id)
	if typ == mapping.Group && wrote {
		n.Members = new(j.engine.Members(id))
	}
	return j.journal.note(n)
}

// play brings a state to what the line says.
func (n jobNote) play(s *engine.State) {
	switch {
	case n.ID == "":
		return
	case n.Target == "":
		s.Unlink(n.Type, n.ID)
		return
	}
	s.Link(n.Type, n.ID, n.Target)
	if n.Members == nil {
		return
	}
	has := map[engine.Member]bool{}
	for _, m := range *n.Members {
		has[m] = true
		s.SetMember(n.ID, m, true)
	}
	for _, m := range s.Members(n.ID) {
		if !has[m] {
			s.SetMember(n.ID, m, false)
		}
	}
}

// saveMemory writes what the job knows.
func (j *job) saveMemory() error {
	return j.journal.save(func(turn func()) any {
		turn()
		return j.engine
	})
}
