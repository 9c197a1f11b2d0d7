package mapping

import "github.com/scimctl/scimctl/pkg/expr"

// Env is what the evaluation of expressions may ask of the world: a clock,
// randomness, taken values, the default domain.
type Env = expr.Env

// Machine evaluates expressions for one goroutine.
type Machine = expr.Machine

// NewMachine returns a Machine for Program.Map.
func NewMachine(env Env) *Machine { return expr.NewMachine(env) }
