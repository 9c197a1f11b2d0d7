// Package apply looks at a tenant and carries out plans, through the small
// Target interface that it declares.
package apply
