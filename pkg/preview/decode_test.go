package preview

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// decoded reads a record with every attribute wanted.
func decoded(text string) (mapping.Object, form, *syntaxError) {
	var before, after mapping.Builder
	d := decoder{text: text}
	f, err := d.record(&before, &after)
	return after.Object(), f, err
}

func TestDecodeVersions(t *testing.T) {
	for text, want := range map[string]form{
		`{"objectId":"1"}`: {after: true},
		`{}`:               {after: true},
		`{"before":{"objectId":"1"},"after":{"objectId":"1"}}`: {change: true, before: true, after: true},
		`{"after":{"objectId":"1"},"before":null}`:             {change: true, after: true},
		`{"before":{},"after":null}`:                           {change: true, before: true},
		`{"before":"text","objectId":"1"}`:                     {after: true},
	} {
		if _, got, err := decoded(text); err != nil || got != want {
			t.Errorf("%s: %+v, %+v; want %+v", text, got, err, want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	for text, want := range map[string]struct {
		offset  int
		message string
	}{
		``:                                   {0, "a JSON object"},
		`[1]`:                                {0, "a JSON object"},
		`{"a"}`:                              {4, "a colon"},
		`{"a":1,}`:                           {7, "a name in double quotes"},
		`{"a":1 "b":2}`:                      {7, "a comma or }"},
		`{"a":tru}`:                          {5, "a value"},
		`{"a":01}`:                           {6, "a comma or }"},
		`{"a":-}`:                            {6, "a digit"},
		`{"a":1.}`:                           {7, "a digit is expected after the point"},
		`{"a":1e}`:                           {7, "a digit is expected in the exponent"},
		`{"a":1e+}`:                          {8, "a digit is expected in the exponent"},
		"{\"a\":\"x\ty\"}":                   {7, "a control character"},
		`{"a":"\x"}`:                         {6, "an unknown escape"},
		`{"a":"\u12"}`:                       {6, "an unknown escape"},
		`{"a":"x`:                            {7, "not closed, but the text ends here"},
		`{"a":{"b":1}}`:                      {5, "attribute a: the value is an object"},
		`{"a":["x",null]}`:                   {10, "value 2 of the list"},
		`{"a":["x"`:                          {9, "a comma or ]"},
		`{"a":1} x`:                          {8, "unexpected data"},
		`{"before":null,"after":null}`:       {0, "both versions"},
		`{"before":{},"x":1}`:                {17, `"x" stands beside before and after`},
		`{"x":1,"after":{}}`:                 {15, `"after" stands beside attributes`},
		`{"before":{"a":{"b":1}},"after":1}`: {15, "the value is an object"},
	} {
		if _, _, err := decoded(text); err == nil || err.offset != want.offset || !strings.Contains(err.message, want.message) {
			t.Errorf("%s: %+v; want %+v", text, err, want)
		}
	}
}

// TestDecodeSkips: what nobody reads may be anything that is JSON, to a depth.
func TestDecodeSkips(t *testing.T) {
	var before, after mapping.Builder
	read := func(text string) *syntaxError {
		d := decoder{text: text, wanted: names{"a": true}}
		_, err := d.record(&before, &after)
		return err
	}
	if err := read(`{"b":{"c":[1,-2.5e3,{"d":"\u00e9"},[],{},true,false,null]},"a":"x"}`); err != nil || after.Object().Text("a") != "x" {
		t.Errorf("%+v %q", err, after.Object().Text("a"))
	}
	if got := after.Object().Names(); len(got) != 1 {
		t.Errorf("kept %q", got)
	}
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	if err := read(`{"b":` + deep + `}`); err == nil || !strings.Contains(err.message, "nesting") {
		t.Errorf("%+v", err)
	}
	for _, bad := range []string{`{"b":[1,]}`, `{"b":{"c"}}`, `{"b":x}`, `{"b":[}`, `{"b":"\q"}`} {
		if read(bad) == nil {
			t.Errorf("%s is read", bad)
		}
	}
}

// FuzzDecode: the decoder takes what encoding/json takes, and finds the same values,
// as far as they can be attributes.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"objectId":"1","n":12,"f":-1.5e3,"t":true,"x":null,"l":["a",1,false]}`, `{"a":"\ud83d\ude00\ud83dx\n\/"}`, "{\"a\":\"\xff\xfe\"}",
		`{"a":1,"a":"x"}`, `{"a":{}}`, ` { } `, `{"a":-0,"b":1e400,"c":["-0","01"]}`, `{"\u0061":"b"}`, `null`, `{"l":[]}`, "{\"\xc3\x28\":1}", `{"a":[-0]}`,
		`{"objectId":null}`, `{"a":9223372036854775808}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, form, failure := decoded(text)
		if form.change || failure != nil && strings.Contains(failure.message, "before and after") {
			return
		}
		var values map[string]any
		decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
		decoder.UseNumber()
		var err error
		var want mapping.Object
		if json.Valid([]byte(text)) {
			if err = decoder.Decode(&values); err == nil && values != nil {
				want, err = mapping.NewObject(mapping.User, values)
			}
		}
		if values == nil || err != nil {
			// Of equal names only the last must be one that an attribute can have.
			if failure == nil {
				t.Fatalf("%q is read, but encoding/json says %v", text, err)
			}
			return
		}
		if failure != nil {
			if strings.Contains(failure.message, "the value is an object") || strings.Contains(failure.message, "of the list") {
				return // a value that an equal name overwrote
			}
			t.Fatalf("%q: %+v", text, failure)
		}
		if got.ID != want.ID || len(got.Names()) != len(want.Names()) {
			t.Fatalf("%q: %q %q, want %q %q", text, got.ID, got.Names(), want.ID, want.Names())
		}
		for _, name := range want.Names() {
			if a, b := got.Attribute(name), want.Attribute(name); !a.Equal(b) || a.String() != b.String() {
				t.Fatalf("%q: %s is %q, want %q", text, name, a, b)
			}
		}
	})
}

// FuzzSources: no input panics or hangs, and every record keeps a place inside it.
func FuzzSources(f *testing.F) {
	f.Add("{\"objectId\":\"1\"}\n\n{\"objectId\":", 0)
	f.Add("[{\"a\":1}, {\"b\":\"]}\\\"\"}]", 1)
	f.Add("objectId;mail\n1;\"x\ny\"\n2\n", 2)
	f.Fuzz(func(t *testing.T, text string, kind int) {
		open := []func(string) Source{
			func(s string) Source { return Lines("f", strings.NewReader(s)) },
			func(s string) Source { return Documents("f", strings.NewReader(s)) },
			func(s string) Source { return Table("f", strings.NewReader(s)) },
		}[uint(kind)%3]
		s := open(text)
		for more := true; more; {
			var p piece
			p.reset()
			var err error
			if more, err = s.next(&p); err != nil {
				break
			}
			p.split()
			for _, r := range p.records {
				if at := r.place(len(r.text)).Start; at.Line < 1 || at.Column < 1 || at.Byte < 0 || at.Byte > len(text) {
					t.Fatalf("%+v is outside", at)
				}
			}
		}
	})
}

func TestTwins(t *testing.T) {
	var s twins
	if _, twin := s.find(7); twin {
		t.Error("something is in an empty set")
	}
	for i := range uint64(10_000) {
		if _, twin := s.add(i*0x9e3779b97f4a7c15|1, uint32(i)); twin {
			t.Fatalf("%d is a twin", i)
		}
	}
	for i := range uint64(10_000) {
		if first, twin := s.find(i*0x9e3779b97f4a7c15 | 1); !twin || first != uint32(i) {
			t.Fatalf("%d: %d %v", i, first, twin)
		}
	}
	if first, twin := s.add(1, 99); !twin || first != 0 {
		t.Errorf("%d %v", first, twin)
	}
}
