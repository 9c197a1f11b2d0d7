package expr

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
)

// evalGuid makes a random identifier, in lower case with dashes.
func evalGuid(m *Machine, c *code, _ []Value) (Value, error) {
	var raw [16]byte
	if err := m.random(c, raw[:]); err != nil {
		return Value{}, err
	}
	raw[6] = raw[6]&0x0f | 0x40
	raw[8] = raw[8]&0x3f | 0x80
	s := hex.EncodeToString(raw[:])
	return Text(s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]), nil
}

// random fills p with randomness.
func (m *Machine) random(c *code, p []byte) error {
	if m.env.Random == nil {
		return fail(c, codeEvalWorld, "%s() has no randomness here", c.fn.Name)
	}
	if _, err := io.ReadFull(m.env.Random, p); err != nil {
		return fail(c, codeEvalWorld, "%s() cannot read randomness: %v", c.fn.Name, err)
	}
	return nil
}

// below returns a random number from 0 to n-1.
func (m *Machine) below(c *code, n int) (int, error) {
	var raw [8]byte
	if err := m.random(c, raw[:]); err != nil {
		return 0, err
	}
	return int(binary.LittleEndian.Uint64(raw[:]) % uint64(n)), nil
}

// maxRandom is the longest text that RandomString makes. Source: expressions §4.
const maxRandom = 256

// randomClasses are the characters of RandomString, in the order of its
// parameters: those of the Windows rules for complex passwords, to which the
// reference page points.
var randomClasses = [...]struct{ name, characters string }{
	{"minNumbers", "0123456789"},
	{"minSpecial", "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/"},
	{"minCapital", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{"minLower", "abcdefghijklmnopqrstuvwxyz"},
}

// evalRandomString draws so many of each kind, the rest of any kind, and mixes.
func evalRandomString(m *Machine, c *code, args []Value) (Value, error) {
	length, err := numberArg(c, args, 0, 0)
	if err != nil {
		return Value{}, err
	}
	if length < 1 || length > maxRandom {
		return Value{}, fail(&c.args[0], codeEvalArgument, "length of RandomString is %d; it is from 1 to %d", length, maxRandom)
	}
	drawn := make([]byte, 0, length)
	all := ""
	for i, class := range randomClasses {
		least, err := numberArg(c, args, i+1, 0)
		if err != nil {
			return Value{}, err
		}
		if least < 0 || least > length-int64(len(drawn)) {
			return Value{}, fail(c, codeEvalArgument, "RandomString cannot fit the asked-for characters in %d", length)
		}
		characters := without(class.characters, args[5].String())
		if least > 0 && characters == "" {
			return Value{}, fail(c, codeEvalArgument, "charactersToAvoid of RandomString leaves none for %s", class.name)
		}
		if drawn, err = m.draw(c, drawn, characters, int(least)); err != nil {
			return Value{}, err
		}
		all += characters
	}
	if all == "" {
		return Value{}, fail(c, codeEvalArgument, "charactersToAvoid of RandomString leaves no character")
	}
	if drawn, err = m.draw(c, drawn, all, int(length)-len(drawn)); err != nil {
		return Value{}, err
	}
	for i := len(drawn) - 1; i > 0; i-- {
		j, err := m.below(c, i+1)
		if err != nil {
			return Value{}, err
		}
		drawn[i], drawn[j] = drawn[j], drawn[i]
	}
	return Text(string(drawn)), nil
}

// draw appends n random ones of the characters.
func (m *Machine) draw(c *code, drawn []byte, characters string, n int) ([]byte, error) {
	for range n {
		i, err := m.below(c, len(characters))
		if err != nil {
			return nil, err
		}
		drawn = append(drawn, characters[i])
	}
	return drawn, nil
}

func without(characters, avoid string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(avoid, r) {
			return -1
		}
		return r
	}, characters)
}
