// Package converge holds the tests of what the program promises of a tenant as a
// whole: that an apply which is disturbed, by Microsoft Graph's bad habits or by the
// death of the client at any request, ends right or with a clear error, that the next
// one completes it, and that neither asks more of Graph than it has to. Profiles are the
// built-in ones, the tenant is the emulator, and between the two stands the client
// that real tenants get.
//
// Time is that of package synctest: waits cost nothing and are counted exactly.
package converge
