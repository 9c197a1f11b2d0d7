package emulator_test

import (
	"testing"

	"github.com/scimctl/scimctl/pkg/emulator"
)

// TestSCIMAddress: whoever asks is sent where the jobs' traffic goes.
func TestSCIMAddress(t *testing.T) {
	e, err := emulator.New(emulator.Options{StateDir: t.TempDir(), Routes: map[string]string{"https://vendor.example/scim": "http://127.0.0.1:8080/v2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, tt := range []struct {
		tenant, address string
		embedded        bool
	}{
		{"https://scim.example/v2", "https://here/scim/scim.example~v2", true},
		{"https://Scim.example/v2/?aadOptscim062020", "https://here/scim/scim.example~v2?aadOptscim062020", true},
		{"https://scim.example", "https://here/scim/scim.example~", true},
		{"https://vendor.example/scim/a?b=c", "http://127.0.0.1:8080/v2/a?b=c", false},
		{"http://localhost:9/scim", "http://localhost:9/scim", false},
	} {
		address, embedded, err := e.SCIMAddress("https://here", tt.tenant)
		if address != tt.address || embedded != tt.embedded || err != nil {
			t.Errorf("%s: %s, %v, %v", tt.tenant, address, embedded, err)
		}
	}
	if _, _, err := e.SCIMAddress("https://here", "ftp://x"); err == nil {
		t.Error("a URL that is no tenant URL")
	}
}
