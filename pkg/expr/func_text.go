package expr

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf16"
)

func evalAppend(_ *Machine, _ *code, args []Value) (Value, error) {
	return Text(args[0].String() + args[1].String()), nil
}

// evalJoin leaves out empty sources and takes a multi-value apart.
func evalJoin(m *Machine, c *code, args []Value) (Value, error) {
	separator := args[0].String()
	buf := m.buf[:0]
	for i := 1; i < len(args); i++ {
		v := &args[i]
		if v.kind != Multi {
			buf = appendSource(buf, separator, v.String())
			continue
		}
		for _, s := range *v.multi {
			if buf = appendSource(buf, separator, s); len(buf) > maxResult {
				break
			}
		}
	}
	m.buf = buf
	if len(buf) > maxResult {
		return Value{}, tooLong(c)
	}
	return Text(string(buf)), nil
}

// appendSource appends a source of Join, and nothing once the text is too long.
func appendSource(buf []byte, separator, source string) []byte {
	if source == "" || len(buf) > maxResult {
		return buf
	}
	if len(buf) > 0 {
		buf = append(buf, separator...)
	}
	return append(buf, source...)
}

func evalLeft(_ *Machine, c *code, args []Value) (Value, error) {
	n, err := numberArg(c, args, 1, 0)
	if err != nil {
		return Value{}, err
	}
	s := args[0].String()
	if n < 0 {
		return Text(s), nil
	}
	return Text(cutUnits(s, 0, n)), nil
}

func evalMid(_ *Machine, c *code, args []Value) (Value, error) {
	start, err := numberArg(c, args, 1, 1)
	if err != nil {
		return Value{}, err
	}
	length, err := numberArg(c, args, 2, 0)
	if err != nil {
		return Value{}, err
	}
	s := args[0].String()
	if start < 1 || length < 0 || start > int64(len(s)) || start > int64(unitsIn(s)) {
		if midOutside {
			return Text(s), nil
		}
		return Text(""), nil
	}
	return Text(cutUnits(s, start-1, length)), nil
}

func evalStripSpaces(_ *Machine, _ *code, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, nil
	}
	s := args[0].String()
	if !strings.Contains(s, " ") {
		return Text(s), nil
	}
	return Text(strings.ReplaceAll(s, " ", "")), nil
}

func evalCStr(_ *Machine, _ *code, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, nil
	}
	return Text(args[0].String()), nil
}

// evalWord takes delimiters as a set; empty words between two of them do not count.
func evalWord(_ *Machine, c *code, args []Value) (Value, error) {
	n, err := numberArg(c, args, 1, 0)
	if err != nil {
		return Value{}, err
	}
	s, delimiters := args[0].String(), args[2].String()
	isDelimiter := func(r rune) bool { return strings.ContainsRune(delimiters, r) }
	for word := range strings.FieldsFuncSeq(s, isDelimiter) {
		if n--; n == 0 {
			return Text(word), nil
		}
	}
	return Text(""), nil
}

// evalInStr counts positions from 1, in UTF-16 units, and gives 0 for "not there".
func evalInStr(_ *Machine, c *code, args []Value) (Value, error) {
	start, err := numberArg(c, args, 2, 1)
	if err != nil {
		return Value{}, err
	}
	if start < 1 {
		return Value{}, fail(c, codeEvalArgument, "start of InStr is %d; positions count from 1", start)
	}
	ignoreCase := inStrIgnoresCase
	if !c.omitted(3) {
		ignoreCase = args[3].String() == keywordTextCompare
	}
	return Integer(indexUnits(args[0].String(), args[1].String(), start, ignoreCase)), nil
}

func indexUnits(s, part string, start int64, ignoreCase bool) int64 {
	if start > int64(len(s)) { // there are never more units than bytes
		return 0
	}
	if ignoreCase {
		s, part = invariantLower(s), invariantLower(part)
	}
	if isASCII(s) {
		if i := strings.Index(s[start-1:], part); i >= 0 {
			return start + int64(i)
		}
		return 0
	}
	units, wanted := utf16.Encode([]rune(s)), utf16.Encode([]rune(part))
	for i := int(start) - 1; i+len(wanted) <= len(units) && i < len(units); i++ {
		if equalUnits(units[i:i+len(wanted)], wanted) {
			return int64(i) + 1
		}
	}
	return 0
}

func equalUnits(a, b []uint16) bool {
	for i := range b {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// evalConvertToBase64 encodes the text's UTF-16LE bytes, as the page's example shows.
func evalConvertToBase64(_ *Machine, _ *code, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, nil
	}
	units := utf16.Encode([]rune(args[0].String()))
	raw := make([]byte, 0, 2*len(units))
	for _, u := range units {
		raw = append(raw, byte(u), byte(u>>8))
	}
	return Text(base64.StdEncoding.EncodeToString(raw)), nil
}

func evalConvertToUTF8Hex(_ *Machine, _ *code, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, nil
	}
	return Text(strings.ToUpper(hex.EncodeToString([]byte(args[0].String())))), nil
}

func evalRedact(_ *Machine, _ *code, args []Value) (Value, error) {
	v := args[0]
	v.redacted = true
	return v, nil
}

func evalBitAnd(_ *Machine, c *code, args []Value) (Value, error) {
	if args[0].kind == Null || args[1].kind == Null {
		return Value{}, nil
	}
	a, err := numberArg(c, args, 0, 0)
	if err != nil {
		return Value{}, err
	}
	b, err := numberArg(c, args, 1, 0)
	return Integer(a & b), err
}

func evalDefaultDomain(m *Machine, c *code, _ []Value) (Value, error) {
	if m.env.DefaultDomain == "" {
		return Value{}, fail(c, codeEvalWorld, "the tenant's default domain is not known here")
	}
	return Text(m.env.DefaultDomain), nil
}

// tooLong is the error of a function whose result would pass maxResult.
func tooLong(c *code) error {
	return fail(c, codeEvalLimit, "%s would make a text of more than %s bytes", c.fn.Name, strconv.Itoa(maxResult))
}
