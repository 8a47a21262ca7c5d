package picks

import (
	"reflect"
	"testing"
)

func TestBest(t *testing.T) {
	m := Model{
		Subjects: Matrix{Dim: 2, IDs: []string{"listener:7"}, Rows: []float32{1, 0}},
		Episodes: Matrix{Dim: 2, IDs: []string{"11", "12", "13"}, Rows: []float32{0, 1, 2, 0, 1, 1}},
	}
	for _, matrix := range []*Matrix{&m.Subjects, &m.Episodes} {
		if err := matrix.index(); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := m.Best("listener:7", 2); !reflect.DeepEqual(got, []string{"12", "13"}) {
		t.Errorf("got %v", got)
	}
	if _, ok := m.Best("listener:8", 2); ok {
		t.Error("an unknown listener has picks")
	}
}

func TestRowsThatDoNotFit(t *testing.T) {
	m := Matrix{Dim: 2, IDs: []string{"11"}, Rows: []float32{1}}
	if m.index() == nil {
		t.Error("a row that is too short was taken")
	}
}
