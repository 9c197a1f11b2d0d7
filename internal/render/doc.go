// Package render turns results into text for people and into the formats that
// other programs read. It decides how things look and nothing else.
package render
