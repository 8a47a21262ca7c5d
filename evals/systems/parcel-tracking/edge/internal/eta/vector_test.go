package eta

import (
	"math"
	"testing"
)

func TestSimilarity(t *testing.T) {
	north, east := Vector{North: 3}, Vector{East: 2}
	if got := north.Similarity(east); math.Abs(got) > 1e-9 {
		t.Fatalf("at right angles: %v", got)
	}
	if got := north.Similarity(Vector{North: 1}); math.Abs(got-1) > 1e-9 {
		t.Fatalf("same direction: %v", got)
	}
}
