package main

import (
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	peer "github.com/expr-lang/expr"

	"github.com/scimctl/scimctl/pkg/expr"
)

func compileEntra(m mapping) (func() (string, error), error) {
	program, problems := expr.Compile(m.entra)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	machine, source := entraMachine(), entraSource()
	return func() (string, error) {
		v, err := machine.Eval(program, source)
		return v.String(), err
	}, nil
}

// The machine and the inputs are made once, as for many objects and mappings.
var (
	entraMachine = sync.OnceValue(func() *expr.Machine { return expr.NewMachine(expr.Env{}) })
	entraSource  = sync.OnceValue(func() expr.Attrs {
		source := expr.Attrs{}
		for name, value := range attributes {
			source[name] = expr.Text(value)
		}
		return source
	})
	celInput = sync.OnceValue(func() map[string]any {
		input := map[string]any{}
		for name, value := range attributes {
			input[name] = value
		}
		return input
	})
)

// The same functions for the peers, in plain Go.

func switchOn(source, otherwise string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == source {
			return pairs[i+1]
		}
	}
	return otherwise
}

func join(separator string, sources ...string) string { return strings.Join(sources, separator) }

func mid(s string, start, length int) string {
	return s[start-1 : min(start-1+length, len(s))]
}

func compileExpr(m mapping) (func() (string, error), error) { return exprProgram(m.expr) }

func compileExprOperators(m mapping) (func() (string, error), error) {
	return exprProgram(m.exprOperators)
}

func exprProgram(source string) (func() (string, error), error) {
	program, err := peer.Compile(source,
		peer.Env(attributes),
		peer.Function("Switch", func(p ...any) (any, error) {
			return switchOn(p[0].(string), p[1].(string), texts(p[2:])...), nil
		}, new(func(string, string, ...string) string)),
		peer.Function("Join", func(p ...any) (any, error) {
			return join(p[0].(string), texts(p[1:])...), nil
		}, new(func(string, ...string) string)),
		peer.Function("Replace", func(p ...any) (any, error) {
			return strings.ReplaceAll(p[0].(string), p[1].(string), p[2].(string)), nil
		}, new(func(string, string, string) string)),
		peer.Function("ToLower", func(p ...any) (any, error) {
			return strings.ToLower(p[0].(string)), nil
		}, new(func(string) string)),
		peer.Function("Mid", func(p ...any) (any, error) {
			return mid(p[0].(string), p[1].(int), p[2].(int)), nil
		}, new(func(string, int, int) string)),
	)
	if err != nil {
		return nil, err
	}
	return func() (string, error) {
		v, err := peer.Run(program, attributes)
		if err != nil {
			return "", err
		}
		return v.(string), nil
	}, nil
}

func texts(values []any) []string {
	s := make([]string, len(values))
	for i, v := range values {
		s[i] = v.(string)
	}
	return s
}

// celEnv is made once: CEL compiles many expressions in one environment.
var celEnv = sync.OnceValues(newCELEnv)

func newCELEnv() (*cel.Env, error) {
	declare := func(name string, args []*cel.Type, body func(args ...ref.Val) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.Overload(name, args, cel.StringType, cel.FunctionBinding(body)))
	}
	s, n := cel.StringType, cel.IntType
	options := []cel.EnvOption{
		declare("Switch", []*cel.Type{s, s, s, s, s, s}, func(v ...ref.Val) ref.Val {
			return types.String(switchOn(text(v[0]), text(v[1]), text(v[2]), text(v[3]), text(v[4]), text(v[5])))
		}),
		declare("Join", []*cel.Type{s, s, s}, func(v ...ref.Val) ref.Val {
			return types.String(join(text(v[0]), text(v[1]), text(v[2])))
		}),
		declare("Replace", []*cel.Type{s, s, s}, func(v ...ref.Val) ref.Val {
			return types.String(strings.ReplaceAll(text(v[0]), text(v[1]), text(v[2])))
		}),
		declare("ToLower", []*cel.Type{s}, func(v ...ref.Val) ref.Val { return types.String(strings.ToLower(text(v[0]))) }),
		declare("Mid", []*cel.Type{s, n, n}, func(v ...ref.Val) ref.Val {
			return types.String(mid(text(v[0]), int(v[1].(types.Int)), int(v[2].(types.Int))))
		}),
	}
	for name := range attributes {
		options = append(options, cel.Variable(name, s))
	}
	return cel.NewEnv(options...)
}

func text(v ref.Val) string { return string(v.(types.String)) }

func compileCEL(m mapping) (func() (string, error), error) {
	env, err := celEnv()
	if err != nil {
		return nil, err
	}
	ast, issues := env.Compile(m.cel)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	program, err := env.Program(ast)
	if err != nil {
		return nil, err
	}
	input := celInput()
	return func() (string, error) {
		v, _, err := program.Eval(input)
		if err != nil {
			return "", err
		}
		return text(v), nil
	}, nil
}
