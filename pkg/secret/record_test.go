package secret

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

const recorded = "canary-recorded-token"

func TestFingerprint(t *testing.T) {
	first, err := FingerprintOf(New(recorded), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	second, err := FingerprintOf(New(recorded), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if first == second {
		t.Error("two fingerprints of one secret are the same, so they have no salt")
	}
	for _, f := range []Fingerprint{first, second} {
		again, err := ParseFingerprint(f.String())
		if err != nil || again != f {
			t.Errorf("%s is read as %v, %v", f, again, err)
		}
		if !f.Fits(New(recorded)) || f.Fits(New(recorded+"x")) || f.Fits(Secret{}) {
			t.Errorf("%s does not tell secrets apart", f)
		}
		if strings.Contains(f.String(), recorded) {
			t.Error("the fingerprint shows the secret")
		}
	}
	if (Fingerprint{}).Fits(Secret{}) || (Fingerprint{}).String() != "" {
		t.Error("the zero fingerprint fits something")
	}
	if _, err := FingerprintOf(New(recorded), bytes.NewReader([]byte{1, 2})); err == nil {
		t.Error("made without enough randomness")
	}
	for _, bad := range []string{"", ".", "a.b", "AAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAA.AAAA", "aaaaaaaaaaaaaaaa.AAAAAAAA", "AAAAAAAAAAAAAAAA.AAAAAAAA.x"} {
		if f, err := ParseFingerprint(bad); err == nil {
			t.Errorf("%q is read as %v", bad, f)
		}
	}
	if _, err := ParseFingerprint("AAAAAAAAAAAAAAAA.AAAAAAAA"); err != nil {
		t.Error(err)
	}
}

func someRecord() Record {
	return Record{
		Set: time.Date(2026, 11, 25, 5, 0, 0, 0, time.UTC), Expires: time.Date(2027, 5, 31, 23, 59, 59, 0, time.UTC),
		Print: Fingerprint{salt: "AAAAAAAAAAAAAAAA", sum: "BBBBBBBB"},
	}
}

func TestRecord(t *testing.T) {
	r := someRecord()
	const line = "scimctl token: set 2026-11-25T05:00:00Z, expires 2027-05-31T23:59:59Z, fingerprint AAAAAAAAAAAAAAAA.BBBBBBBB"
	if r.Line() != line {
		t.Errorf("got %s", r.Line())
	}
	without := r
	without.Expires = time.Time{}
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", line},
		{"text", "Owned by IT.\nCall Ann.", "Owned by IT.\nCall Ann.\n" + line},
		{"an older one", "Above\n  " + without.Line() + "\nBelow", "Above\n" + line + "\nBelow"},
		{"two older ones", without.Line() + "\nx\n" + line, line + "\nx"},
		{"a broken one", "scimctl token: set yesterday", line},
		{"ends in a line feed", "x\n", "x\n\n" + line},
	} {
		got := WithRecord(tt.text, r)
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if found, ok := FindRecord(got); !ok || found != r {
			t.Errorf("%s: found %+v, %v", tt.name, found, ok)
		}
	}
	if found, ok := FindRecord(without.Line()); !ok || found != without {
		t.Errorf("found %+v, %v", found, ok)
	}
	for _, bad := range []string{"", "no record", "scimctl token:", "scimctl token: set 2026-11-25T05:00:00Z", "scimctl token: set 2026-11-25T05:00:00Z, fingerprint x", "scimctl token: set soon, fingerprint AAAAAAAAAAAAAAAA.BBBBBBBB"} {
		if found, ok := FindRecord(bad); ok {
			t.Errorf("%q is read as %+v", bad, found)
		}
	}
}

// FuzzRecord: whatever people write into the notes, a record that is put into them is
// found again and the rest stays.
func FuzzRecord(f *testing.F) {
	for _, s := range []string{"", "a\nb", "scimctl token:", someRecord().Line(), "\r\n", "scimctl token: set , ,fingerprint ."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		FindRecord(text)
		got := WithRecord(text, someRecord())
		if found, ok := FindRecord(got); !ok || found != someRecord() {
			t.Fatalf("%q: found %+v in %q", text, found, got)
		}
		if again := WithRecord(got, someRecord()); again != got {
			t.Fatalf("%q becomes %q the second time", got, again)
		}
	})
}

func TestExpiry(t *testing.T) {
	jwt := func(payload string) string {
		return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".sig"
	}
	at := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		token string
		want  time.Time
	}{
		{"", time.Time{}}, {"opaque", time.Time{}}, {"a.b.c", time.Time{}}, {jwt(`{}`), time.Time{}}, {jwt(`[]`), time.Time{}},
		{jwt(`{"exp":1798859045}`), at}, {jwt(`{"exp":1798859045.7}`), at}, {jwt(`{"exp":"1798859045"}`), time.Time{}},
		{jwt(`{"exp":-1}`), time.Time{}}, {jwt(`{"exp":1e300}`), time.Time{}},
	} {
		if got := Expiry(New(tt.token)); !got.Equal(tt.want) {
			t.Errorf("%q: %v, want %v", tt.token, got, tt.want)
		}
	}
}

// broken fails to read.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("no randomness") }

func TestFingerprintError(t *testing.T) {
	if _, err := FingerprintOf(New(recorded), broken{}); err == nil || strings.Contains(err.Error(), recorded) {
		t.Errorf("error %v", err)
	}
}
