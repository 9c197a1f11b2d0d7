// Package scim is SCIM 2.0 (RFC 7643, RFC 7644) as data: attribute paths,
// resources, filters, PATCH requests, errors, and the dialects in which Microsoft
// Entra speaks it. It knows no network; see its packages client and server.
package scim
