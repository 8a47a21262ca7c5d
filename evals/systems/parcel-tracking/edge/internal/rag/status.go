// Package rag says how late something is: red, amber or green.
package rag

import "time"

// Status is a colour.
type Status string

// Colours.
const (
	Red   Status = "red"
	Amber Status = "amber"
	Green Status = "green"
)

// Retrieve compares the expected with the promised time.
func Retrieve(expected, promised time.Time) Status {
	switch late := expected.Sub(promised); {
	case late > 24*time.Hour:
		return Red
	case late > 0:
		return Amber
	default:
		return Green
	}
}
