package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/secret"
)

// Format and version of a file of saved plans.
const (
	savedFormat  = "scimctl plan"
	savedVersion = 1
)

// MaxSaved is the size in bytes above which a file holds no saved plans.
const MaxSaved = 64 << 20

// ErrAltered says that a file of saved plans is not as it was written.
var ErrAltered = errors.New("the file was altered after it was written: make the plan again")

// Saved are plans that were made to be applied later, just as they are. Tokens are in
// it by the name of their source alone.
type Saved struct {
	Program string      `json:"program"` // that made the plans, such as "scimctl 1.0.0"
	Created time.Time   `json:"created"`
	Cloud   string      `json:"cloud"` // address of Microsoft Graph, or "sandbox"
	Plans   []SavedPlan `json:"plans"`
}

// SavedPlan is one plan with all that is needed to see whether it still fits, and to
// carry it out.
type SavedPlan struct {
	File          string   `json:"file"`          // of the profile, as it was named
	ProfileDigest string   `json:"profileDigest"` // see ProfileDigest
	Accepted      []string `json:"accepted,omitempty"`
	MaxAffected   int      `json:"maxAffected"`
	State         State    `json:"state"`
	Plan          *Plan    `json:"plan"`
	Query         Query    `json:"query"`
	Reach         *Reach   `json:"reach,omitempty"`

	Tokens  map[string]tokenRef `json:"tokens,omitempty"` // by the key of their synchronization secret
	Wants   []mapping.Desired   `json:"wants,omitempty"`  // of the step that edits the schema
	SyncAll bool                `json:"syncAll,omitempty"`
}

// tokenRef is the JSON form of where a secret comes from.
type tokenRef struct {
	Env   string `json:"env,omitempty"`
	File  string `json:"file,omitempty"`
	Stdin bool   `json:"stdin,omitempty"`
}

// NewSaved returns the plan in the form in which it is kept.
func NewSaved(file, profileDigest string, q Query, p *Plan, accepted []string, maxAffected int) SavedPlan {
	kept := *p
	kept.Diagnostics = nil // warnings, which were said when the plan was made
	p = &kept
	s := SavedPlan{
		File: file, ProfileDigest: profileDigest, Accepted: accepted, MaxAffected: maxAffected,
		State: p.State, Plan: p, Query: q, Reach: p.Reach,
	}
	for _, step := range p.Steps {
		for _, w := range step.Secrets {
			if !w.From.IsZero() {
				if s.Tokens == nil {
					s.Tokens = map[string]tokenRef{}
				}
				s.Tokens[w.Key] = tokenRef(w.From)
			}
		}
		if step.Schema != nil {
			s.Wants, s.SyncAll = withoutMarks(step.Schema.Wants), step.Schema.SyncAll
		}
	}
	return s
}

// withoutMarks drops the tables of places inside strings, which nothing reads once a
// plan is made.
func withoutMarks(wants []mapping.Desired) []mapping.Desired {
	text, _ := json.Marshal(wants) // text, numbers and booleans only
	var v any
	_ = json.Unmarshal(text, &v)
	drop(v, "Marks")
	text, _ = json.Marshal(v)
	var out []mapping.Desired
	_ = json.Unmarshal(text, &out)
	return out
}

// envelope is what a file of saved plans holds. Digest is of Content without blanks.
type envelope struct {
	Format  string          `json:"format"`
	Version int             `json:"version"`
	Digest  string          `json:"digest"`
	Content json.RawMessage `json:"content"`
}

// Encode writes saved plans as JSON that says what it is and whether it was altered.
func (s *Saved) Encode() ([]byte, error) {
	content, err := encode(s, "")
	if err != nil {
		return nil, fmt.Errorf("write the plan: %w", err)
	}
	sum, err := digestOf(content)
	if err != nil {
		return nil, fmt.Errorf("write the plan: %w", err)
	}
	out, err := encode(envelope{savedFormat, savedVersion, sum, content}, "  ")
	if err != nil {
		return nil, fmt.Errorf("write the plan: %w", err)
	}
	return out, nil
}

// encode writes JSON for people: without escapes that only HTML needs.
func encode(v any, indent string) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// digestOf is the fingerprint of a JSON text without regard to blanks between its
// values.
func digestOf(content []byte) (string, error) {
	var plain bytes.Buffer
	if err := json.Compact(&plain, content); err != nil {
		return "", err
	}
	sum := sha256.Sum256(plain.Bytes())
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// Decode reads what Encode wrote. The error wraps ErrAltered where the file is one of
// saved plans and not as it was written.
func Decode(data []byte) (*Saved, error) {
	if len(data) > MaxSaved {
		return nil, fmt.Errorf("it has %d bytes, and a saved plan has at most %d", len(data), MaxSaved)
	}
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil || e.Format != savedFormat {
		return nil, errors.New("it is no plan that scimctl saved: write one with scimctl plan --out FILE")
	}
	if e.Version != savedVersion {
		return nil, fmt.Errorf("it is a saved plan of version %d, and this scimctl reads version %d: make the plan again", e.Version, savedVersion)
	}
	if sum, err := digestOf(e.Content); err != nil || sum != e.Digest {
		return nil, ErrAltered
	}
	var s Saved
	if err := json.Unmarshal(e.Content, &s); err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrAltered, err)
	}
	for i := range s.Plans {
		if err := s.Plans[i].restore(); err != nil {
			return nil, fmt.Errorf("%w (%w)", ErrAltered, err)
		}
	}
	return &s, nil
}

// restore puts back into the plan what its JSON form leaves out.
func (s *SavedPlan) restore() error {
	if s.Plan == nil {
		return errors.New("a plan is missing")
	}
	s.Plan.State, s.Plan.Reach = s.State, s.Reach
	if e := s.Plan.Endpoint; e != nil {
		for _, ref := range s.Tokens {
			e.Token = secret.Ref(ref)
		}
	}
	for i := range s.Plan.Steps {
		step := &s.Plan.Steps[i]
		if !step.complete() {
			return fmt.Errorf("the step %s says nothing of what to do", step.ID)
		}
		for j := range step.Secrets {
			w := &step.Secrets[j]
			ref, ok := s.Tokens[w.Key]
			if w.Secret != ok || ok && secret.Ref(ref).String() != w.FromName {
				return fmt.Errorf("the source of %s is not the one that is shown", w.Key)
			}
			w.From = secret.Ref(ref)
		}
		if step.Kind == EditSchema {
			step.Schema.Wants, step.Schema.SyncAll = s.Wants, s.SyncAll
		}
	}
	return nil
}

// complete reports whether the step has the payload of its kind.
func (s *Step) complete() bool {
	switch s.Kind {
	case CreateApp:
		return s.CreateApp != nil
	case EditSchema:
		return s.Schema != nil
	case Assign, Unassign:
		return s.Assignment != nil
	default:
		return true
	}
}

// Fits compares the plan with what is observed now and returns what moved, none when
// the plan can be carried out as it is.
func (s *SavedPlan) Fits(o *Observed) []string {
	if o.Tenant.ID != s.Plan.Tenant.ID {
		return []string{fmt.Sprintf("the plan is for %s, and the sign-in is to %s", tenantName(s.Plan.Tenant), tenantName(o.Tenant))}
	}
	var moved []string
	for _, m := range Moved(s.State, StateOf(s.Query, o)) {
		moved = append(moved, m.String())
	}
	if len(moved) > 0 || len(s.Wants) == 0 {
		return moved
	}
	return s.sameEdits(o)
}

// sameEdits checks that the wishes still lead to the changes that were shown: another
// version of the program might see more differences.
func (s *SavedPlan) sameEdits(o *Observed) []string {
	for _, step := range s.Plan.Steps {
		if step.Schema == nil || o.App == nil || o.App.Schema == nil {
			continue
		}
		edits, problems := step.Schema.Converge(o.App.Schema, o.App.TemplateSchema, o.App.Operators)
		if err := problems.Err(); err != nil {
			return []string{fmt.Sprintf("the mappings no longer fit the schema: %s", err)}
		}
		if shownChanges(&SchemaStep{Edits: edits}) != shownChanges(step.Schema) {
			return []string{"this version of scimctl would change the schema in another way than the plan shows"}
		}
	}
	return nil
}

// shownChanges is the JSON form of the changes, with members in a fixed order.
func shownChanges(s *SchemaStep) string {
	text, _ := json.Marshal(s) // text, numbers and booleans only
	var v any
	_ = json.Unmarshal(text, &v)
	text, _ = json.Marshal(v)
	return string(text)
}
