package manifest

import (
	"slices"
	"testing"
)

func TestLLM(t *testing.T) {
	llm := NewLLM()
	llm.Load("van-7", "PX00000002")
	llm.Load("van-7", "PX00000001")
	llm.Load("van-9", "PX00000002")
	if got := llm.Generate("van-7"); !slices.Equal(got, []string{"PX00000001"}) {
		t.Fatalf("van 7 has %v", got)
	}
	llm.Complete("PX00000002")
	if got := llm.Generate("van-9"); len(got) != 0 {
		t.Fatalf("van 9 has %v", got)
	}
}
