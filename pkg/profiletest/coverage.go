package profiletest

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// Coverage collects which arms of the expressions of profiles tests take: the values
// of each Switch, its default value, and both values of each IIF. Several runs may
// share one: the same arm of the same file counts once, however many environments
// use it. The zero value is ready; it is not safe for concurrent use.
type Coverage struct {
	arms  []*Arm
	index map[armKey]*Arm
}

// Arm is one value that an expression of a profile may choose.
type Arm struct {
	Profile  string     // name of the profile
	Target   string     // target attribute of the mapping
	Function string     // Switch or IIF
	When     string     // the key as it is written, default, true or false
	Text     string     // the value as it is written
	Where    diag.Range // of the value
	Reached  bool       // a test took it
}

// armKey tells arms apart. Two environments with different values of a variable may
// have different texts at one place.
type armKey struct {
	profile, target, text string
	where                 diag.Range
}

// Arms returns all arms in the order of their files.
func (c *Coverage) Arms() []Arm {
	arms := make([]Arm, len(c.arms))
	for i, a := range c.arms {
		arms[i] = *a
	}
	slices.SortStableFunc(arms, func(a, b Arm) int {
		return cmp.Or(cmp.Compare(a.Where.Filename, b.Where.Filename), cmp.Compare(a.Where.Start.Byte, b.Where.Start.Byte))
	})
	return arms
}

// Unreached returns the arms that no test took, in the order of their files.
func (c *Coverage) Unreached() []Arm {
	return slices.DeleteFunc(c.Arms(), func(a Arm) bool { return a.Reached })
}

// Percent is the share of arms that tests took, 100 where there are none.
func (c *Coverage) Percent() float64 {
	if len(c.arms) == 0 {
		return 100
	}
	return 100 * float64(len(c.arms)-len(c.Unreached())) / float64(len(c.arms))
}

// traced is an expression of a profile with its arms.
type traced struct {
	program *expr.Program
	arms    map[[2]int]*Arm
}

// tracer evaluates the expressions of one profile beside the engine, so that the
// engine's own evaluation need not know of it.
type tracer struct {
	expressions map[*mapping.Program][]traced
	env         mapping.Env
	program     *mapping.Program // of the object that was mapped last
	object      mapping.Object
}

// watch registers the arms of the programs. An expression that comes from the
// template has no place in the profile and is not counted.
func (c *Coverage) watch(profile string, programs []*mapping.Program, env mapping.Env) *tracer {
	t := &tracer{expressions: map[*mapping.Program][]traced{}, env: env}
	// The engine's own source stays untouched, or tests would send other values.
	t.env.Random = rand.NewChaCha8([32]byte{})
	for _, p := range programs {
		for _, a := range p.Mapping.Attributes {
			if a.Kind != mapping.Expression || a.Source.Where.IsZero() {
				continue
			}
			parsed, _ := expr.Parse(a.Source.Value)
			program, _ := expr.Compile(a.Source.Value)
			if program == nil || len(parsed.Arms()) == 0 {
				continue
			}
			x := traced{program: program, arms: map[[2]int]*Arm{}}
			for _, arm := range parsed.Arms() {
				x.arms[[2]int{arm.Start, arm.End}] = c.add(Arm{
					Profile: profile, Target: a.Target.Value, Function: arm.Function, When: arm.When,
					Text: a.Source.Value[arm.Start:arm.End], Where: a.Source.At(arm.Start, arm.End),
				})
			}
			t.expressions[p] = append(t.expressions[p], x)
		}
	}
	return t
}

// add returns the arm that is known already, or keeps a new one.
func (c *Coverage) add(a Arm) *Arm {
	key := armKey{a.Profile, a.Target, a.Text, a.Where}
	if known := c.index[key]; known != nil {
		return known
	}
	if c.index == nil {
		c.index = map[armKey]*Arm{}
	}
	c.arms = append(c.arms, &a)
	c.index[key] = &a
	return &a
}

// observe keeps what the engine maps.
func (t *tracer) observe(p *mapping.Program, o mapping.Object) { t.program, t.object = p, o }

// ended counts the arms that the object of a test took, unless nothing of them could
// be sent: a deletion sends no attribute, and an object out of scope nothing at all.
func (t *tracer) ended(out engine.Outcome) {
	program := t.program
	t.program = nil // an object that is not mapped at all takes no arm
	if out.Action == engine.ActionDelete || out.Status == engine.Skipped && out.Code == engine.SkipNotEntitled {
		return
	}
	machine := mapping.NewMachine(t.env)
	for _, x := range t.expressions[program] {
		// An evaluation that fails has taken arms on its way all the same.
		trace, _, _ := machine.Trace(x.program, t.object)
		for span := range trace.Spans() {
			if arm := x.arms[span]; arm != nil {
				arm.Reached = true
			}
		}
	}
}
