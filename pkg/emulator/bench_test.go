package emulator

import "testing"

// BenchmarkSavedWrite is a write to one application of a tenant with many users,
// which is on disk before it is answered.
func BenchmarkSavedWrite(b *testing.B) {
	u := newTenantUnderTest(b, Options{StateDir: b.TempDir(), Users: 5000, Groups: 50})
	a := u.newApp("x")
	for b.Loop() {
		a.secrets("SyncAll", "true").want(204)
	}
}

// BenchmarkLookUp finds one of many users by a property.
func BenchmarkLookUp(b *testing.B) {
	u := newTenantUnderTest(b, Options{Users: 5000})
	for b.Loop() {
		u.get("/users?$filter=mail eq 'user04999@contoso.com'&$select=id").want(200)
	}
}
