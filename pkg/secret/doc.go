// Package secret carries secrets through the program without letting them be
// printed, and reads them from where the user keeps them.
package secret
