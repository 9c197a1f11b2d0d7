package expr

// evalIIF evaluates only the branch that is taken.
func evalIIF(m *Machine, c *code, src Source) (Value, error) {
	v, err := m.eval(&c.args[0], src)
	if err != nil || v.kind >= Ignore {
		return v, err
	}
	chosen := &c.args[2]
	if v.truth() {
		chosen = &c.args[1]
	}
	result, err := m.eval(chosen, src)
	result.redacted = result.redacted || v.redacted // it tells what the condition is
	return result, err
}

// evalSwitch compares keys in order, letter case included, and evaluates only
// what it needs. The key "" also matches a null source. Source: expressions §4.
func evalSwitch(m *Machine, c *code, src Source) (Value, error) {
	v, err := m.eval(&c.args[0], src)
	if err != nil || v.kind >= Ignore {
		return v, err
	}
	text := v.text
	if v.kind != String {
		text = v.String()
	}
	chosen := &c.args[1]
	for i := 2; i+1 < len(c.args); i += 2 {
		key := &c.args[i]
		if key.op == opValue && m.trace == nil {
			if key.text != text {
				continue
			}
		} else {
			k, err := m.eval(key, src)
			if err != nil || k.kind >= Ignore {
				return k, err
			}
			if k.String() != text {
				continue
			}
		}
		chosen = &c.args[i+1]
		break
	}
	result, err := m.eval(chosen, src)
	result.redacted = result.redacted || v.redacted // it tells what the source is
	return result, err
}

// evalCoalesce evaluates its sources only up to the first that has a value.
func evalCoalesce(m *Machine, c *code, src Source) (Value, error) {
	for i := range c.args {
		v, err := m.eval(&c.args[i], src)
		if err != nil {
			return Value{}, err
		}
		if v.kind != Null && !(coalesceSkipsEmpty && v.isEmpty()) {
			return v, nil
		}
	}
	return Value{}, nil
}

func evalIgnoreFlowIfNullOrEmpty(_ *Machine, _ *code, args []Value) (Value, error) {
	if args[0].isEmpty() {
		return Value{kind: Ignore}, nil
	}
	return args[0], nil
}

// evalSelectUniqueValue tries its rules in order. A rule without a value is
// passed over. Source: expressions §4.
func evalSelectUniqueValue(m *Machine, c *code, src Source) (Value, error) {
	tried := 0
	for i := range c.args {
		v, err := m.eval(&c.args[i], src)
		if err != nil || v.kind >= Ignore {
			return v, err
		}
		if v.isEmpty() {
			continue
		}
		if m.env.Taken == nil || !m.env.Taken(v.String()) {
			return v, nil
		}
		tried++
	}
	if tried == 0 {
		return Value{}, nil
	}
	return Value{}, fail(c, codeEvalTaken, "all %d values of SelectUniqueValue are taken; the object would be held in escrow", tried)
}

func evalNot(_ *Machine, _ *code, args []Value) (Value, error) {
	return Boolean(!args[0].truth()), nil
}

// evalCBool is true for anything but zero; what it makes of other text than
// numbers, True and False is unknown, so that is an error. Source: expressions §9.
func evalCBool(_ *Machine, c *code, args []Value) (Value, error) {
	v := args[0]
	switch v.kind {
	case Null:
		return Boolean(false), nil
	case Bool, Number:
		return Boolean(v.number != 0), nil
	}
	truth, ok := truthOf(v.String())
	if !ok {
		return Value{}, fail(&c.args[0], codeEvalArgument, "CBool cannot read %q as True or False", v.String())
	}
	return Boolean(truth), nil
}

// truthOf reads a number, True or False.
func truthOf(s string) (truth, ok bool) {
	if n, ok := parseNumber(s); ok {
		return n != 0, true
	}
	truth = isFold(s, "true")
	return truth, truth || isFold(s, "false")
}

func evalIsNull(_ *Machine, _ *code, args []Value) (Value, error) {
	return Boolean(args[0].kind == Null), nil
}

func evalIsNullOrEmpty(_ *Machine, _ *code, args []Value) (Value, error) {
	return Boolean(args[0].isEmpty()), nil
}

func evalIsPresent(_ *Machine, _ *code, args []Value) (Value, error) {
	return Boolean(!args[0].isEmpty()), nil
}

func evalIsString(_ *Machine, _ *code, args []Value) (Value, error) {
	return Boolean(args[0].kind == String), nil
}
