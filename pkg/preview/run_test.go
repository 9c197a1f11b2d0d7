package preview_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/preview"
)

// run previews a source as NDJSON.
func run(t *testing.T, p *preview.Preview, src preview.Source) (string, preview.Summary) {
	t.Helper()
	var out bytes.Buffer
	s, err := p.Run(t.Context(), src, &out, preview.Options{Format: preview.JSON()})
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), s
}

func TestProblems(t *testing.T) {
	users := mappingOf(t, "  filters: [{name: staff, all: [{attribute: department, operator: EQUALS, value: Sales}]}]\n",
		`{target: externalId, source: employeeId, match: 1}`,
		`{target: userName, source: mail}`,
		`{target: displayName, source: displayName}`,
		`{target: title, expression: 'CDate([jobTitle])'}`,
		`{target: nickName, expression: 'Redact([mailNickname])'}`,
		`{target: userType, expression: 'IIF([userType]="Guest", IgnoreObjectFlow, "Member")'}`,
		`{target: favouriteColour, source: city}`,
		`{target: active, expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'}`)
	p := newPreview(t, preview.Config{Users: users, Limits: map[string]int{"displayName": 5}})
	eve := map[string]any{"objectId": "1", "employeeId": "7", "mail": "eve@contoso.com", "department": "Sales", "jobTitle": "2026-01-31"}
	for _, c := range []struct {
		name   string
		user   map[string]any
		action string
		codes  string
		sent   int
	}{
		{"in order", eve, "create", "", 2},
		{"no objectId", with(eve, "objectId", nil), "fail", "InternalError", 0},
		{"no matching value", with(eve, "employeeId", nil), "skip", "ImportSkipped", 0},
		{"empty matching value", with(eve, "employeeId", ""), "skip", "ImportSkipped", 0},
		{"out of the filter", with(eve, "department", "HR"), "skip", "NotEffectivelyEntitled", 0},
		{"blocked", with(eve, "accountEnabled", false), "skip", "NotEffectivelyEntitled", 1},
		{"deleted", with(eve, "IsSoftDeleted", true), "skip", "NotEffectivelyEntitled", 0},
		{"no role", with(eve, "appRoleAssignments", []string{"msiam_access"}), "skip", "NotEffectivelyEntitled", 0},
		{"a guest", with(eve, "userType", "Guest"), "skip", "EntrySynchronizationSkipped", 1},
		{"no userName", with(eve, "mail", nil), "fail", "RequiredAttributeMissing", 2},
		{"too long", with(eve, "displayName", "éééééé"), "fail", "ValueTooLong", 2},
		{"as long as may be", with(eve, "displayName", "ééééé"), "create", "", 2},
		{"no date", with(eve, "jobTitle", "Boss"), "create", "AttributeLeftOut", 2},
		{"sent later", with(eve, "city", "red"), "create", "AttributeSentLater", 2},
		{"two versions of two", map[string]any{"before": eve, "after": with(eve, "objectId", "2")}, "invalid", "SC1952", 0},
		{"changed too long", map[string]any{"before": eve, "after": with(eve, "displayName", "too long")}, "fail", "ValueTooLong", 2},
		{"gone and never there", map[string]any{"before": with(eve, "department", "HR"), "after": nil}, "skip", "EntrySynchronizationSkipped", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			action, requests, codes := foreseen(t, p, c.user)
			if action != c.action || strings.Join(codes, " ") != c.codes {
				t.Errorf("%s %q, want %s %q", action, codes, c.action, c.codes)
			}
			sent := 0
			if requests != "" {
				sent = strings.Count(requests, "\n") + 1
			}
			if sent != c.sent {
				t.Errorf("%d requests, want %d:\n%s", sent, c.sent, requests)
			}
		})
	}
}

// TestRedacted: what Redact covers is nowhere, whatever becomes of the user.
func TestRedacted(t *testing.T) {
	users := mappingOf(t, "", `{target: userName, expression: 'Redact([mail])', match: 1}`, `{target: externalId, source: objectId}`,
		`{target: active, expression: 'Redact([accountEnabled])'}`, `{target: title, expression: 'CDate(Redact([jobTitle]))'}`)
	p := newPreview(t, preview.Config{Users: users})
	user := map[string]any{"objectId": "1", "mail": "canary@contoso.com", "jobTitle": "canary-title", "accountEnabled": true}
	for _, record := range []any{user, map[string]any{"before": user, "after": with(user, "mail", "canary2@contoso.com")}} {
		line, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		out, _ := run(t, p, preview.Lines("f", bytes.NewReader(line)))
		if strings.Contains(out, "canary") || !strings.Contains(out, "[Redact]") {
			t.Errorf("%s", out)
		}
	}
}

func TestLinked(t *testing.T) {
	p := newPreview(t, preview.Config{Users: builtIn(t, "idmelon"), Linked: true})
	action, requests, _ := foreseen(t, p, map[string]any{"before": with(ann, "accountEnabled", false), "after": ann})
	if action != "update" || !strings.Contains(requests, `{"op":"Replace","path":"active","value":"True"}`) {
		t.Errorf("%s\n%s", action, requests)
	}
	if action, _, _ = foreseen(t, p, map[string]any{"before": with(ann, "accountEnabled", false), "after": nil}); action != "delete" {
		t.Error(action)
	}
}

func TestConfigErrors(t *testing.T) {
	if _, err := preview.New(preview.Config{}); err == nil {
		t.Error("a job without users is taken")
	}
	_, err := preview.New(preview.Config{Users: builtIn(t, "idmelon"), Limits: map[string]int{"displayname": 3}})
	if err == nil || !strings.Contains(err.Error(), `did you mean "displayName"`) {
		t.Error(err)
	}
}

// TestDuplicates: the first user with a matching value is created and every later one
// fails, in whatever piece they are; letter case counts as at the server.
func TestDuplicates(t *testing.T) {
	users := mappingOf(t, "", `{target: userName, source: userPrincipalName, match: 1}`, `{target: externalId, source: objectId, match: 2}`)
	p := newPreview(t, preview.Config{Users: users})
	var in bytes.Buffer
	const n = 20_000
	for i := range n {
		fmt.Fprintf(&in, `{"objectId":"%d","userPrincipalName":"u%d@contoso.com"}`+"\n", i, i)
	}
	in.WriteString(`{"objectId":"x","userPrincipalName":"U5@Contoso.com"}` + "\n" + `{"objectId":"17","userPrincipalName":"new@contoso.com"}` + "\n")
	in.WriteString(`{"objectId":"x","userPrincipalName":"other@contoso.com"}` + "\n" + `{"objectId":"X","userPrincipalName":"another@contoso.com"}` + "\n")
	out, s := run(t, p, preview.Lines("f", &in))
	if s.Actions[preview.Create] != n+2 || s.Actions[preview.Fail] != 2 || s.Users != n+4 {
		t.Fatalf("%+v", s)
	}
	lines := strings.Split(out, "\n")
	for i, want := range map[int]string{n: "f:6", n + 1: "f:18"} {
		if !strings.Contains(lines[i], `"DuplicateSourceEntries","message":"the matching value is that of `+want+" as well") || strings.Contains(lines[i], "POST") {
			t.Errorf("%s", lines[i])
		}
	}
	// A user who is not created takes no value.
	out, _ = run(t, p, preview.Lines("f", strings.NewReader(`{"objectId":"1","userPrincipalName":"u","accountEnabled":false}
{"objectId":"2","userPrincipalName":"u"}`)))
	if strings.Contains(out, "Duplicate") {
		t.Error(out)
	}
}

// TestSources: the same users in every form come out the same, in their order.
func TestSources(t *testing.T) {
	p := newPreview(t, preview.Config{Users: builtIn(t, "idmelon")})
	ndjson := crowd(3000)
	var array, loose, table bytes.Buffer
	var directory []preview.User
	columns := []string{"objectId", "userPrincipalName", "displayName", "givenName", "surname", "accountEnabled"}
	table.WriteString("\ufeff" + strings.Join(columns, ";") + "\r\n")
	array.WriteString("\ufeff[")
	for i, line := range bytes.Split(bytes.TrimSpace(ndjson), []byte("\n")) {
		if i > 0 {
			array.WriteString(" ,\n")
		}
		array.Write(line)
		if err := json.Indent(&loose, line, "", "\t"); err != nil {
			t.Fatal(err)
		}
		loose.WriteByte('\n')
		u := map[string]any{}
		if err := json.Unmarshal(line, &u); err != nil {
			t.Fatal(err)
		}
		directory = append(directory, preview.User{Attributes: u})
		for j, name := range columns {
			if j > 0 {
				table.WriteByte(';')
			}
			if v, ok := u[name]; ok {
				fmt.Fprintf(&table, `"%s"`, strings.ReplaceAll(fmt.Sprint(v), `"`, `""`))
			}
		}
		table.WriteString("\r\n")
	}
	array.WriteString("]\n")
	want, _ := run(t, p, preview.Lines("f", bytes.NewReader(ndjson)))
	if n := strings.Count(want, "POST"); n != 3000 {
		t.Fatalf("%d creations", n)
	}
	for name, src := range map[string]preview.Source{
		"array": preview.Documents("f", &array), "loose": preview.Documents("f", &loose), "table": preview.Table("f", &table),
		"directory": preview.Directory(all(directory)), "windows": preview.Lines("f", bytes.NewReader(append([]byte("\ufeff"), bytes.ReplaceAll(ndjson, []byte("\n"), []byte("\r\n"))...))),
		"byte by byte": preview.Lines("f", iotestOneByte{bytes.NewReader(ndjson)}),
	} {
		if got, _ := run(t, p, src); got != want {
			t.Errorf("%s: other results", name)
		}
	}
}

type iotestOneByte struct{ r io.Reader }

func (o iotestOneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(len(p), 1)]) }

func all(users []preview.User) iter.Seq2[preview.User, error] {
	return func(yield func(preview.User, error) bool) {
		for _, u := range users {
			if !yield(u, nil) {
				return
			}
		}
	}
}

// TestBadInput: each bad record is told with its place, and the others are read.
func TestBadInput(t *testing.T) {
	p := newPreview(t, preview.Config{Users: builtIn(t, "idmelon")})
	long := `{"objectId":"` + strings.Repeat("x", 5<<20) + `"}`
	for name, c := range map[string]struct {
		src    preview.Source
		at     []string
		others int
	}{
		"lines":     {preview.Lines("f", strings.NewReader("{\"objectId\":\"1\"}\n\n{\"é\": x}\n[]\n{\"objectId\":\"2\"}")), []string{"f:3:7 25", "f:4:1 28"}, 2},
		"long line": {preview.Lines("f", strings.NewReader("{\"objectId\":\"1\"}\n"+long+"\n{\"objectId\":\"2\"}")), []string{"f:2:1 17"}, 2},
		"documents": {preview.Documents("f", strings.NewReader("[{\"objectId\":\"1\"},\n {\"objectId\":\n  1x},{\"objectId\":\"2\"}]")), []string{"f:3:4 36"}, 2},
		"long one":  {preview.Documents("f", strings.NewReader("["+long+",{\"objectId\":\"2\"}]")), []string{"f:1:2 1"}, 1},
		"cut off":   {preview.Documents("f", strings.NewReader("{\"objectId\":\"1\"}{\"objectId\":\"2\"")), []string{"f:1:32 31"}, 1},
		"table":     {preview.Table("f", strings.NewReader("objectId,mail\n1,a\n2\n3,\"b\"c\n4,d\n")), []string{"f:3:1 18", "f:4:1 20"}, 2},
		"directory": {preview.Directory(all([]preview.User{{Attributes: map[string]any{"objectId": []any{1.5}}}, {Attributes: map[string]any{"objectId": "1"}}, {Attributes: map[string]any{"objectId": map[string]any{}}}})), []string{"user:1:1 0", "user:3:1 0"}, 1},
	} {
		out, s := run(t, p, c.src)
		var at []string
		for line := range strings.Lines(out) {
			var r struct {
				Problems []struct {
					Code, At string
					Byte     int
				}
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			for _, problem := range r.Problems {
				if problem.Code == "SC1951" {
					at = append(at, fmt.Sprint(problem.At, " ", problem.Byte))
				}
			}
		}
		if !slices.Equal(at, c.at) || s.Actions[preview.Invalid] != len(c.at) || s.Users != len(c.at)+c.others {
			t.Errorf("%s: %q, want %q; %+v", name, at, c.at, s)
		}
	}
}

// TestBracesInTexts: what stands in quotes ends no document.
func TestBracesInTexts(t *testing.T) {
	p := newPreview(t, preview.Config{Users: builtIn(t, "idmelon")})
	out, s := run(t, p, preview.Documents("f", strings.NewReader(`[{"objectId":"1","displayName":"\"}{]"},{"objectId":"2","displayName":"\\"}]`)))
	if s.Actions[preview.Create] != 2 || !strings.Contains(out, `"displayName":"\"}{]"`) || !strings.Contains(out, `"displayName":"\\"`) {
		t.Errorf("%s %+v", out, s)
	}
}

// TestHopelessInput: texts that cannot be read on are errors with a place.
func TestHopelessInput(t *testing.T) {
	p := newPreview(t, preview.Config{Users: builtIn(t, "idmelon")})
	for name, c := range map[string]struct {
		src  preview.Source
		want string
	}{
		"no comma":    {preview.Documents("f", strings.NewReader("[{}\n {}]")), "f:2:2 (byte 5): in an array of users"},
		"comma only":  {preview.Documents("f", strings.NewReader("[{},]")), "f:1:5 (byte 4)"},
		"not closed":  {preview.Documents("f", strings.NewReader("[{}")), "the array is not closed"},
		"behind":      {preview.Documents("f", strings.NewReader("[] {}")), "behind the array"},
		"nested":      {preview.Documents("f", strings.NewReader("[[{}]]")), "in an array of users"},
		"text":        {preview.Documents("f", strings.NewReader("hello")), "f:1:1 (byte 0): a user or an array"},
		"two in file": {preview.Documents("f", strings.NewReader("{},{}")), "a user or an array"},
		"empty table": {preview.Table("f", strings.NewReader("")), "f is empty"},
		"no name":     {preview.Table("f", strings.NewReader("a,,b\n")), "column 2 has no name"},
		"broken disk": {preview.Lines("f", broken{}), "read f: disk on fire"},
		"tenant": {preview.Directory(func(yield func(preview.User, error) bool) { yield(preview.User{}, errors.New("no permission")) }),
			"no permission"},
	} {
		_, err := p.Run(t.Context(), c.src, io.Discard, preview.Options{Format: preview.JSON()})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error)  { return 0, errors.New("disk on fire") }
func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestTable(t *testing.T) {
	p := newPreview(t, preview.Config{Users: mappingOf(t, "", `{target: userName, source: objectId, match: 1}`, `{target: title, expression: 'Item([otherMails], 2)'}`, `{target: nickName, source: city}`)})
	out, _ := run(t, p, preview.Table("f", strings.NewReader("objectId\totherMails\tcity\totherMails\n1\ta\t\tb\n")))
	if !strings.Contains(out, `"title":"b"`) || strings.Contains(out, "nickName") {
		t.Error(out)
	}
}

func TestSummary(t *testing.T) {
	p := newPreview(t, preview.Config{Users: builtIn(t, "idmelon")})
	_, s := run(t, p, preview.Lines("f", strings.NewReader(strings.Repeat(`{"objectId":"1","accountEnabled":false,"displayName":"Cy"}`+"\n", 3)+`{"objectId":"2"}`+"\n"+`{"userPrincipalName":"x"}`+"\nnonsense\n")))
	if s.Users != 6 || s.InScope != 5 || s.Requests != 5 || !maps.Equal(s.Actions, map[preview.Action]int{preview.Skip: 3, preview.Create: 1, preview.Fail: 1, preview.Invalid: 1}) {
		t.Errorf("%+v", s)
	}
	var got []string
	for _, r := range s.Reasons {
		got = append(got, fmt.Sprintf("%s %s %d %s", r.Action, r.Code, r.Count, r.First))
	}
	want := []string{"invalid SC1951 1 f:6", "fail InternalError 1 x", "skip NotEffectivelyEntitled 3 Cy"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestFormat: pieces of an enclosing format are joined where there are any.
func TestFormat(t *testing.T) {
	p := newPreview(t, preview.Config{Users: builtIn(t, "idmelon")})
	var in bytes.Buffer
	var want []string
	for i := range 5000 {
		// Every third user is a duplicate, and says nothing in this format.
		fmt.Fprintf(&in, "{\"objectId\":\"%d\"}\n", i-i%3/2)
		if i%3 != 2 {
			want = append(want, fmt.Sprint(i-i%3/2))
		}
	}
	f := preview.Format{Head: "<", Between: ",", Tail: ">", Append: func(dst []byte, r *preview.Result) []byte {
		if r.Action == preview.Create {
			dst = append(dst, r.ID...)
		}
		return dst
	}}
	var out bytes.Buffer
	if _, err := p.Run(t.Context(), preview.Lines("f", &in), &out, preview.Options{Format: f, Workers: 3}); err != nil {
		t.Fatal(err)
	}
	if out.String() != "<"+strings.Join(want, ",")+">" {
		t.Errorf("%.300s", out.String())
	}
}

// TestStops: a run ends at once when it is cancelled, though its input never does,
// and when nobody takes its output.
func TestStops(t *testing.T) {
	p := newPreview(t, preview.Config{Users: builtIn(t, "idmelon")})
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := p.Run(ctx, preview.Lines("f", r), io.Discard, preview.Options{Format: preview.JSON()}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := p.Run(t.Context(), preview.Lines("f", bytes.NewReader(crowd(5000))), broken{}, preview.Options{Format: preview.JSON()}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Error(err)
	}
}

// TestAnswersAtOnce: whoever sends one user and waits gets the result.
func TestAnswersAtOnce(t *testing.T) {
	p := newPreview(t, preview.Config{Users: builtIn(t, "idmelon")})
	in, toPreview := io.Pipe()
	fromPreview, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := p.Run(t.Context(), preview.Lines("f", in), out, preview.Options{Format: preview.JSON()})
		done <- err
	}()
	answers := bufio.NewReader(fromPreview)
	for i := range 3 {
		fmt.Fprintf(toPreview, "{\"objectId\":\"%d\"}\n", i)
		if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, fmt.Sprintf(`"id":"%d"`, i)) {
			t.Fatal(line, err)
		}
	}
	_ = toPreview.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestMemoryIsFlat: 200,000 users take hardly more memory than the hashes by which
// duplicates are found, which are 7 MB.
func TestMemoryIsFlat(t *testing.T) {
	const bound = 60 << 20
	p := newPreview(t, preview.Config{Users: builtIn(t, "idmelon")})
	in, out := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(out, 256<<10)
		people(w, 200_000)
		_ = w.Flush()
		_ = out.Close()
	}()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	start, peak, told := m.HeapAlloc, uint64(0), 0
	s, err := p.Run(t.Context(), preview.Lines("f", in), io.Discard, preview.Options{Format: preview.JSON(), Workers: 2, Progress: func(preview.Progress) {
		if told++; told%20 == 0 {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc-min(m.HeapAlloc, start))
		}
	}})
	if err != nil || s.Actions[preview.Create] != 200_000 || told < 100 {
		t.Fatalf("%+v, %v, told %d times", s, err, told)
	}
	t.Logf("peak heap %d MB", peak>>20)
	if peak > bound {
		t.Errorf("the heap grew by %d MB, more than %d", peak>>20, bound>>20)
	}
}
