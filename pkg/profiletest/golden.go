package profiletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// separator stands between the requests of a golden file, as editors that send
// such files expect.
const separator = "###\n\n"

// FormatRequests prints requests as a golden file holds them: the method and the
// path below the tenant URL, the Content-Type, an empty line, and the body as JSON
// indented by two blanks, members in the order of the wire. Several requests are
// divided by a line of three number signs. The text ends in a newline.
//
//	POST /Users
//	Content-Type: application/scim+json
//
//	{
//	  "userName": "ann@contoso.com"
//	}
//
// An id at the server is counted from 00000000-0000-4000-8000-000000000001.
func FormatRequests(requests []client.Exchange) []byte {
	var b bytes.Buffer
	for i, x := range requests {
		if i > 0 {
			b.WriteString("\n" + separator)
		}
		fmt.Fprintf(&b, "%s %s\n", x.Method, relative(x.URL))
		if t := x.RequestHeader.Get("Content-Type"); t != "" && len(x.RequestBody) > 0 {
			fmt.Fprintf(&b, "Content-Type: %s\n", t)
		}
		if len(x.RequestBody) == 0 {
			continue
		}
		b.WriteByte('\n')
		if err := json.Indent(&b, bytes.TrimSpace(x.RequestBody), "", "  "); err != nil {
			b.Write(x.RequestBody)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// checkRequest compares what was sent with the golden file of the test, byte by
// byte, or writes the file.
func checkRequest(t profile.Test, writes []client.Exchange, o Options) []Failure {
	name := t.Expect.Request
	if name == "" {
		return nil
	}
	fail := func(want, got string) []Failure {
		return []Failure{{What: "request " + name, Want: want, Got: got, Where: t.Expect.Where}}
	}
	got := FormatRequests(writes)
	if o.UpdateGoldens != nil {
		if err := o.UpdateGoldens(name, got); err != nil {
			return fail("the file can be written", err.Error())
		}
		return nil
	}
	if o.ReadFile == nil {
		return fail("a file beside the profile", "files cannot be read here")
	}
	want, err := o.ReadFile(name)
	if err != nil {
		return fail("a readable file; scimctl test --update writes it", err.Error())
	}
	if bytes.Equal(want, got) {
		return nil
	}
	w, g := difference(string(want), string(got))
	return fail(w, g)
}

// difference returns the first lines that differ, each with its number.
func difference(want, got string) (w, g string) {
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(wants), len(gots)) {
		switch {
		case i >= len(wants):
			return fmt.Sprintf("the end after line %d", i), fmt.Sprintf("line %d: %s", i+1, visible(gots[i]))
		case i >= len(gots):
			return fmt.Sprintf("line %d: %s", i+1, visible(wants[i])), fmt.Sprintf("the end after line %d", i)
		case wants[i] == gots[i]+"\r":
			return fmt.Sprintf("line %d ends in a carriage return", i+1), "lines end in a line feed alone"
		case wants[i] != gots[i]:
			return fmt.Sprintf("line %d: %s", i+1, visible(wants[i])), fmt.Sprintf("line %d: %s", i+1, visible(gots[i]))
		}
	}
	return want, got
}

// visible marks the end of a line with blanks after its text, and an empty line.
func visible(line string) string {
	if line == "" {
		return "(empty)"
	}
	if strings.TrimRight(line, " \t") != line {
		return fmt.Sprintf("%q", line)
	}
	return line
}
