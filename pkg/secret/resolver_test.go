package secret_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/secret"
)

// resolver reads every source as the given text.
func resolver(text string) *secret.Resolver {
	return &secret.Resolver{
		Getenv:   func(string) (string, bool) { return text, true },
		ReadFile: func(string) ([]byte, error) { return []byte(text), nil },
		Stdin:    func() (string, error) { return text, nil },
	}
}

var sources = []secret.Ref{{Env: "TOKEN"}, {File: "token.txt"}, {Stdin: true}}

func TestResolve(t *testing.T) {
	for _, tt := range []struct{ name, text, want, problem string }{
		{name: "plain", text: "abc.DEF-123_~+/=", want: "abc.DEF-123_~+/="},
		{name: "final newline", text: "abc\n", want: "abc"},
		{name: "final carriage return", text: "abc\r\n", want: "abc"},
		{name: "byte order mark", text: "\ufeffabc\n", want: "abc"},
		{name: "blank inside", text: "abc def", want: "abc def"},
		{name: "empty", text: "", problem: "it is empty"},
		{name: "only newline", text: "\n", problem: "it is empty"},
		{name: "blank", text: " \t ", problem: "it is empty"},
		{name: "two newlines", text: "s3cr3t\n\n", problem: "several lines"},
		{name: "two lines", text: "s3cr3t\nmore", problem: "several lines"},
		{name: "carriage return inside", text: "s3cr3t\rmore", problem: "several lines"},
		{name: "blank before", text: " s3cr3t", problem: "begins or ends with a blank"},
		{name: "blank after", text: "s3cr3t ", problem: "begins or ends with a blank"},
		{name: "scheme", text: "Bearer s3cr3t", problem: "the word Bearer"},
		{name: "control", text: "s3cr3t\x00", problem: "byte 6 is a control character"},
		{name: "tab", text: "s3c\tr3t", problem: "byte 3 is a control character"},
		{name: "delete", text: "s3cr3t\x7fx", problem: "byte 6 is a control character"},
		{name: "not ASCII", text: "s3cr3té", problem: "byte 6 is not ASCII"},
		{name: "curly quote", text: "“s3cr3t”", problem: "byte 0 is not ASCII"},
		{name: "UTF-16", text: "\xff\xfes\x003\x00", problem: "it is UTF-16"},
		{name: "huge", text: strings.Repeat("s3cr3t", 10_000), problem: "60000 bytes"},
	} {
		for _, ref := range sources {
			t.Run(tt.name+" from "+ref.String(), func(t *testing.T) {
				s, err := resolver(tt.text).Resolve(t.Context(), ref)
				if tt.problem == "" {
					if err != nil || s.Reveal() != tt.want {
						t.Fatalf("%q, %v", s.Reveal(), err)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), tt.problem) || !strings.Contains(err.Error(), ref.String()) {
					t.Fatalf("error %v, want one with %q and %q", err, tt.problem, ref)
				}
				if strings.Contains(err.Error(), "s3c") || !s.IsZero() {
					t.Errorf("the error has the value: %v", err)
				}
			})
		}
	}
}

func TestResolveFails(t *testing.T) {
	broken := &secret.Resolver{
		Getenv:   func(string) (string, bool) { return "", false },
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrPermission },
		Stdin:    func() (string, error) { return "", fs.ErrClosed },
	}
	for _, tt := range []struct {
		name string
		r    *secret.Resolver
		ref  secret.Ref
		want string
		is   error
	}{
		{"unset variable", broken, secret.Ref{Env: "TOKEN"}, "environment variable TOKEN is not set", nil},
		{"unreadable file", broken, secret.Ref{File: "x"}, "read secret", fs.ErrPermission},
		{"closed input", broken, secret.Ref{Stdin: true}, "standard input", fs.ErrClosed},
		{"no source", broken, secret.Ref{}, "no source", nil},
		{"two sources", broken, secret.Ref{Env: "A", Stdin: true}, "several sources", nil},
		{"no environment here", &secret.Resolver{}, secret.Ref{Env: "A"}, "cannot be read here", nil},
		{"no files here", &secret.Resolver{}, secret.Ref{File: "A"}, "cannot be read here", nil},
		{"no input here", &secret.Resolver{}, secret.Ref{Stdin: true}, "cannot be read here", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.r.Resolve(t.Context(), tt.ref)
			if err == nil || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v", err)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := resolver("abc").Resolve(ctx, sources[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestRef(t *testing.T) {
	want := []string{"environment variable TOKEN", "file token.txt", "standard input"}
	for i, ref := range sources {
		if ref.String() != want[i] || ref.IsZero() {
			t.Errorf("%q", ref)
		}
	}
	if none := (secret.Ref{}); none.String() != "none" || !none.IsZero() {
		t.Errorf("%q", none)
	}
}

// FuzzResolve checks that what comes out can stand in a header, and that no error
// repeats what went in.
func FuzzResolve(f *testing.F) {
	for _, s := range []string{"abc", "abc\r\n", "\ufeffabc", "a\nb", "é", "\x00", "Bearer abc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := resolver(text).Resolve(t.Context(), secret.Ref{Env: "X"})
		if err != nil {
			if len(text) > 12 && strings.Contains(err.Error(), text) {
				t.Errorf("%v has the value", err)
			}
			return
		}
		for i := range len(s.Reveal()) {
			if c := s.Reveal()[i]; c < 0x20 || c > 0x7e {
				t.Errorf("byte %q", c)
			}
		}
	})
}
