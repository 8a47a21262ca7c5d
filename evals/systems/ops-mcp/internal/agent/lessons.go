package agent

import (
	"fmt"
	"log"
	"os"
	"strings"
	"time"
)

// learn appends the lesson of a summary to the file that all conversations begin with.
func (a *Agent) learn(summary string) {
	_, lesson, found := strings.Cut(summary, "LESSON:")
	if !found {
		return
	}
	f, err := os.OpenFile(lessons, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		log.Printf("lessons: %v", err)
		return
	}
	defer f.Close()
	fmt.Fprintf(f, "- %s %s\n", time.Now().Format(time.DateOnly), strings.TrimSpace(lesson))
}
