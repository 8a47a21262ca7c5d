// Package manifest keeps the last-leg manifest (LLM): which parcels are on which van.
package manifest

import (
	"sort"
	"sync"
)

// LLM is the last-leg manifest of one depot.
type LLM struct {
	mu   sync.Mutex
	vans map[string]map[string]bool
}

// NewLLM is an empty manifest.
func NewLLM() *LLM { return &LLM{vans: map[string]map[string]bool{}} }

// Load puts a parcel on a van and takes it off any other.
func (l *LLM) Load(van, parcel string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, parcels := range l.vans {
		delete(parcels, parcel)
	}
	if l.vans[van] == nil {
		l.vans[van] = map[string]bool{}
	}
	l.vans[van][parcel] = true
}

// Complete takes a parcel off its van.
func (l *LLM) Complete(parcel string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, parcels := range l.vans {
		delete(parcels, parcel)
	}
}

// Generate lists the parcels of a van, for the driver's paper copy.
func (l *LLM) Generate(van string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]string, 0, len(l.vans[van]))
	for p := range l.vans[van] {
		out = append(out, p)
	}
	sort.Strings(out)
	return out
}
