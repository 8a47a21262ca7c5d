// Package guard is what stands between the tools and the model.
package guard

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
)

var patterns = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(authorization|password|passwd|secret|token|api[-_]?key)("?\s*[:=]\s*"?)[^\s",}]+`),
	regexp.MustCompile(`eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*`),
	regexp.MustCompile(`AKIA[0-9A-Z]{16}`),
	regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.]+`),
}

// Redact takes keys, tokens and mail addresses out of a text.
func Redact(s string) string {
	for _, p := range patterns {
		s = p.ReplaceAllString(s, "[redacted]")
	}
	return s
}

// Wrap marks a tool's output as data. The mark is new each time, so the output cannot close it.
func Wrap(tool, s string) string {
	mark := make([]byte, 8)
	_, _ = rand.Read(mark) // never fails since Go 1.24
	id := hex.EncodeToString(mark)
	return fmt.Sprintf("<output %s from=%q>\n%s\n</output %s>", id, tool, s, id)
}

// Cut shortens a text to what a conversation can bear.
func Cut(s string) string {
	const most = 64 << 10
	if len(s) <= most {
		return s
	}
	return s[:most/2] + "\n[...]\n" + s[len(s)-most/2:]
}
