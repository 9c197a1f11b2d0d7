package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"github.com/scimctl/scimctl/pkg/secret"
)

const value = "s3cr3t-value"

// holder has a secret in every place that a struct has.
type holder struct {
	Open    secret.Secret
	Pointer *secret.Secret
	hidden  secret.Secret
	List    []secret.Secret
	Map     map[string]secret.Secret
	Any     any
	inner   struct{ deep secret.Secret }
	Named   []secret.Named
}

func newHolder() holder {
	s := secret.New(value)
	h := holder{Open: s, Pointer: &s, hidden: s, List: []secret.Secret{s}, Map: map[string]secret.Secret{"k": s}, Any: s, Named: []secret.Named{{Key: "SecretToken", Value: s}}}
	h.inner.deep = s
	return h
}

// TestNotPrinted prints secrets, alone and inside other values, in every way that
// programs do.
func TestNotPrinted(t *testing.T) {
	s, h := secret.New(value), newHolder()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%#x", "%d", "%08b", "%T %v", "%-20s", "%.3s", "%p", "%t", "%c", "%U", "%e"} {
		for _, v := range []any{s, &s, h, &h, []any{s}, map[string]any{"a": s}, fmt.Errorf("wrapped: %v", s)} {
			if strings.HasPrefix(verb, "%T") {
				fmt.Fprintf(&out, verb, v, v)
				continue
			}
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	fmt.Fprintln(&out, s, h)
	for _, logger := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(logger).Info("m", "secret", s, "holder", h, "pointer", &s, slog.Group("g", "s", s))
	}
	for _, v := range []any{s, &s, h, map[string]any{"s": s}} {
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	type element struct{ S secret.Secret }
	if err := xml.NewEncoder(&out).Encode(element{s}); err != nil {
		t.Fatal(err)
	}
	if err := template.Must(template.New("").Parse("{{.}} {{printf `%x` .}}")).Execute(&out, s); err != nil {
		t.Fatal(err)
	}
	hex := fmt.Sprintf("%x", value)
	for _, leak := range []string{value, hex, strings.ToUpper(hex), value[:6], fmt.Sprint([]byte(value))} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("%q is in the output:\n%s", leak, out.String())
		}
	}
	if n := strings.Count(out.String(), secret.Masked); n < 50 {
		t.Errorf("only %d times %s", n, secret.Masked)
	}
}

func TestMasked(t *testing.T) {
	s := secret.New(value)
	for _, got := range []string{fmt.Sprint(s), fmt.Sprintf("%x", s), fmt.Sprintf("%#v", s), s.String(), s.GoString(), s.LogValue().String()} {
		if got != secret.Masked {
			t.Errorf("%q", got)
		}
	}
	if text, err := s.MarshalText(); err != nil || string(text) != secret.Masked {
		t.Errorf("%s %v", text, err)
	}
	if text, err := json.Marshal(s); err != nil || string(text) != `"***"` {
		t.Errorf("%s %v", text, err)
	}
	if s.Reveal() != value || s.IsZero() {
		t.Error("the text is lost")
	}
	var zero secret.Secret
	if zero.Reveal() != "" || !zero.IsZero() || fmt.Sprint(zero) != secret.Masked {
		t.Error("the zero Secret is not empty")
	}
}
