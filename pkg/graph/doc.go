// Package graph speaks to Microsoft Graph: sign-in, requests, waiting, retries and
// typed errors. Client is the apply.Target of a real tenant.
package graph
