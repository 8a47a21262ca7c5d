package picks

import (
	"fmt"
	"sort"
)

// Matrix is one vector per id, as the trainer writes it.
type Matrix struct {
	Dim  int       `json:"dim"`
	IDs  []string  `json:"ids"`
	Rows []float32 `json:"rows"`
	at   map[string]int
}

func (m *Matrix) index() error {
	if m.Dim <= 0 || len(m.Rows) != m.Dim*len(m.IDs) {
		return fmt.Errorf("%d numbers for %d rows of %d", len(m.Rows), len(m.IDs), m.Dim)
	}
	m.at = make(map[string]int, len(m.IDs))
	for i, id := range m.IDs {
		m.at[id] = i
	}
	return nil
}

func (m *Matrix) row(i int) []float32 { return m.Rows[i*m.Dim : (i+1)*m.Dim] }

// Model is what is served; it is never changed once it is in place.
type Model struct {
	Version    string
	Subjects   Matrix // listeners and devices
	Episodes   Matrix
	Neighbours map[string][]string // episodes whose transcripts are near
	Categories map[string][]string // category to episodes
}

type scored struct {
	id    string
	score float32
}

// Best ranks all episodes for a subject.
func (m *Model) Best(subject string, n int) ([]string, bool) {
	i, ok := m.Subjects.at[subject]
	if !ok {
		return nil, false
	}
	all := make([]scored, len(m.Episodes.IDs))
	for j, id := range m.Episodes.IDs {
		all[j] = scored{id, dot(m.Subjects.row(i), m.Episodes.row(j))}
	}
	sort.Slice(all, func(a, b int) bool { return all[a].score > all[b].score })
	best := make([]string, 0, n)
	for _, one := range all[:min(n, len(all))] {
		best = append(best, one.id)
	}
	return best, true
}

// Taste is how much a subject leans to each category, as the mean over its episodes.
func (m *Model) Taste(subject string) (map[string]float32, bool) {
	i, ok := m.Subjects.at[subject]
	if !ok {
		return nil, false
	}
	leaning := make(map[string]float32, len(m.Categories))
	for category, episodes := range m.Categories {
		for _, id := range episodes {
			if j, ok := m.Episodes.at[id]; ok {
				leaning[category] += dot(m.Subjects.row(i), m.Episodes.row(j)) / float32(len(episodes))
			}
		}
	}
	return leaning, true
}

func dot(a, b []float32) float32 {
	var sum float32
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
