package cmd

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// someRecords are lines of --batch as a caller would send them: few expressions, many
// users.
func someRecords(n int) string {
	expressions := []string{
		`Join(" ", [givenName], [surname])`,
		`Switch([IsSoftDeleted], , "False", "True", "True", "False")`,
		`ToLower(Replace([mail], , "@.*", , "@example.com", , ), )`,
		`IIF(IsNullOrEmpty([department]), "None", [department])`,
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	for i := range n {
		record := map[string]any{"id": fmt.Sprintf("case-%05d", i), "expr": expressions[i%len(expressions)], "attrs": map[string]any{
			"objectId": fmt.Sprintf("6f9619ff-8b86-4011-b42d-%012d", i), "givenName": "Ann", "surname": fmt.Sprintf("Exämple %d", i),
			"mail": "Ann@Contoso.com", "IsSoftDeleted": false, "employeeNumber": i, "department": nil, "proxyAddresses": []string{"smtp:a@contoso.com", "SMTP:b@contoso.com"},
		}}
		if err := enc.Encode(record); err != nil {
			panic(err)
		}
	}
	return b.String()
}

// batchOf runs a batch over a text.
func batchOf(tb testing.TB, input string, parseOnly bool) string {
	tb.Helper()
	streams, in, out, _ := iostreams.Test()
	in.WriteString(input)
	d := NewDeps(streams)
	d.Now = func() time.Time { return time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC) }
	if err := runEvalBatch(tb.Context(), &EvalOptions{deps: d, Batch: true, ParseOnly: parseOnly}); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

// TestBatchLines: every line has an answer, in order, also those that are no records.
func TestBatchLines(t *testing.T) {
	long := `{"id":2,"expr":"[a]","attrs":{"a":"` + strings.Repeat("x", maxRecord) + `"}}`
	wide := strings.Repeat("y", 100_000)
	for _, tt := range []struct{ line, want string }{
		{`{"id":1,"expr":"[a]","attrs":{"a":"x"}}`, `{"id":1,"value":"x","type":"string","ignored":false,"ignoreObject":false,"error":null}`},
		{long, fmt.Sprintf(`{"value":null,"type":"null","ignored":false,"ignoreObject":false,"error":{"code":"SC2301","message":"the line has more than %d bytes","offset":0}}`, maxRecord)},
		{`{"id":3,"expr":"[a]","attrs":{"a":"` + wide + `"}}`, `{"id":3,"value":"` + wide + `","type":"string","ignored":false,"ignoreObject":false,"error":null}`},
		{`{"id":"4","expr":7}`, `{"id":"4","value":null,"type":"null","ignored":false,"ignoreObject":false,"error":{"code":"SC2301","message":"the line is no record: json: cannot unmarshal number into Go struct field batchIn.expr of type string","offset":0}}`},
		{`{"id":5,"expr":"[a]"} x`, `{"id":5,"value":null,"type":"null","ignored":false,"ignoreObject":false,"error":{"code":"SC2301","message":"the line is no record: something stands behind it","offset":0}}`},
		{`{"id":6,"expr":"Now()","now":"2026-01-31T08:00:00+01:00"}`, `{"id":6,"value":"1/31/2026 7:00:00 AM","type":"datetime","ignored":false,"ignoreObject":false,"error":null}`},
		{`{"id":7,"expr":"Now()"}`, `{"id":7,"value":"1/31/2026 8:00:00 AM","type":"datetime","ignored":false,"ignoreObject":false,"error":null}`},
		{`{"id":8,"expr":"Now()","now":"0001-01-01T00:00:00Z"}`, `{"id":8,"value":"1/1/0001 12:00:00 AM","type":"datetime","ignored":false,"ignoreObject":false,"error":null}`},
		{`{"id":9,"expr":"SelectUniqueValue([a],[b])","attrs":{"a":"x","b":"y"},"taken":["x"]}`, `{"id":9,"value":"y","type":"string","ignored":false,"ignoreObject":false,"error":null}`},
		{`{"id":10,"expr":"SelectUniqueValue([a],[b])","attrs":{"a":"x","b":"y"}}`, `{"id":10,"value":"x","type":"string","ignored":false,"ignoreObject":false,"error":null}`},
		{`{"id":11,"expr":"[a]","attrs":{"b":"gone"}}`, `{"id":11,"value":null,"type":"null","ignored":false,"ignoreObject":false,"error":null}`},
		{`{"id":12,"expr":"IgnoreObjectFlow"}`, `{"id":12,"value":null,"type":"null","ignored":true,"ignoreObject":true,"error":null}`},
		{`{"id":13,"expr":"[a]","now":"noon"}`, `{"id":13,"value":null,"type":"null","ignored":false,"ignoreObject":false,"error":{"code":"SC2301","message":"now \"noon\" is no time in the form of RFC 3339","offset":0}}`},
		{`{"id":14,"expr":"Append([a], CDate(\"no\"))","attrs":{"a":"é\u00e9\n\"<"}}`, `{"id":14,"value":null,"type":"null","ignored":false,"ignoreObject":false,"error":{"code":"SC2105","message":"\"no\" is no date","offset":18}}`},
		{`{"id":15,"expr":"[a]","attrs":{"a":"é\u00e9\n\"<"}}`, `{"id":15,"value":"éé\n\"<","type":"string","ignored":false,"ignoreObject":false,"error":null}`},
	} {
		t.Run(cut(tt.line, 40), func(t *testing.T) {
			got := batchOf(t, tt.line+"\n\n"+tt.line, false)
			want := tt.want + "\n" + tt.want + "\n"
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", cut(got, 500), cut(want, 500))
			}
		})
	}
}

func cut(s string, n int) string { return s[:min(len(s), n)] }

// TestBatchStreams: an answer comes before the next record is asked for.
func TestBatchStreams(t *testing.T) {
	streams, _, _, _ := iostreams.Test()
	in, send := io.Pipe()
	receive, out := io.Pipe()
	streams.In, streams.Out = in, out
	done := make(chan error, 1)
	go func() { done <- runEvalBatch(t.Context(), &EvalOptions{deps: NewDeps(streams), Batch: true}) }()
	answers := bufio.NewReader(receive)
	for i := range 3 {
		fmt.Fprintf(send, "{\"id\":%d,\"expr\":\"[a]\"}\n", i)
		late := time.AfterFunc(10*time.Second, func() { receive.CloseWithError(errors.New("no answer")) })
		answer, err := answers.ReadString('\n')
		late.Stop()
		if err != nil || !strings.HasPrefix(answer, fmt.Sprintf(`{"id":%d,`, i)) {
			t.Fatalf("%q, %v", answer, err)
		}
	}
	send.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestQuick: usual records are decoded the quick way.
func TestQuick(t *testing.T) {
	for line := range strings.Lines(someRecords(20)) {
		q := quick{text: line}
		if !q.record(&record{}) {
			t.Errorf("not quick: %s", line)
		}
	}
}

// FuzzRecord: what the quick way takes is what encoding/json reads, and quick answers
// are those of the encoder.
func FuzzRecord(f *testing.F) {
	for line := range strings.Lines(someRecords(4)) {
		f.Add([]byte(line))
	}
	for _, line := range []string{
		`{"id":-0,"expr":"[a]","attrs":{"a":"\"\\\/\b\f\n\r\t","b":null,"b":true,"c":[]},"now":"2026-01-31T08:00:00Z","taken":["x"]}`,
		"{\"id\":\"\u2028\",\"expr\":\"[a]\",\"attrs\":{\"a\":\"\u2028é\"}} ", `{"id":1e3,"expr":"Split([a], \",\")","attrs":{"a":"x,y","n":01}}`,
		`{"expr":"[a]","attrs":{"a":9223372036854775808,"n":-12}}`, `{"Expr":"[a]","expr":"[b]"}`,
		`{"id":1,"expr":"[a]","attrs":{"a":"x"},"now":"2026-01-31T08:00:00Z","taken":["x","y"],"id":2,"now":"","taken":["z"],"attrs":{"b":1},"expr":"[b]"}`, `{"expr":"[a]",}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var r, plain record
		q := quick{text: string(line)}
		if len(line) > 10_000 || !q.record(&r) {
			return
		}
		if err := plain.decodeAny(line); err != nil {
			t.Fatalf("%q was taken: %v", line, err)
		}
		if string(r.id) != string(plain.id) || r.expression != plain.expression || r.timed != plain.timed || r.timed && !r.now.Equal(plain.now) || !slices.Equal(r.taken, plain.taken) {
			t.Fatalf("%q\n%+v\n%+v", line, r, plain)
		}
		names := plain.attributes.(mapping.Object).Names()
		if len(names) != len(r.attrs) {
			t.Fatalf("%q: %d attributes, want %d", line, len(r.attrs), len(names))
		}
		for _, name := range names {
			if !r.attrs[name].Equal(plain.attributes.Attribute(name)) {
				t.Errorf("%q: %s is %v, want %v", line, name, r.attrs[name], plain.attributes.Attribute(name))
			}
		}
		streams, _, out, _ := iostreams.Test()
		b := newBatch(&EvalOptions{deps: NewDeps(streams)})
		b.record = r
		e := b.evaluate()
		want, err := marshal(e.record(r.id))
		if failed := errors.Join(err, b.write(e), b.out.Flush()); failed != nil || out.String() != want {
			t.Errorf("%q: %v\n%s\n%s", line, failed, out, want)
		}
	})
}

// marshal is the JSON of an answer by the encoder alone.
func marshal(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.String(), err
}

// BenchmarkEvalBatch measures records, one an operation.
func BenchmarkEvalBatch(b *testing.B) {
	records := strings.SplitAfter(strings.TrimSuffix(someRecords(1000), "\n"), "\n")
	streams, _, _, _ := iostreams.Test()
	read, write := io.Pipe()
	streams.In, streams.Out = read, io.Discard
	go func() {
		w := bufio.NewWriterSize(write, 64<<10)
		for i := range b.N {
			w.WriteString(records[i%len(records)])
		}
		w.Flush()
		write.Close()
	}()
	b.ReportAllocs()
	b.ResetTimer()
	if err := runEvalBatch(b.Context(), &EvalOptions{deps: NewDeps(streams), Batch: true}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
