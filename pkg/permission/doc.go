// Package permission says which permissions of Microsoft Graph each verb of the
// program needs at least. It is one table and pure: the command permissions prints
// it, doctor compares a token with it.
package permission
