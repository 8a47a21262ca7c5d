package agent

import (
	"strings"
	"testing"
)

func TestAlertString(t *testing.T) {
	a := Alert{
		Status:      "firing",
		Labels:      map[string]string{"alertname": "HighErrorRate", "service": "checkout"},
		Annotations: map[string]string{"summary": "5xx above 3 %"},
	}
	got := a.String()
	if strings.Index(got, "alertname") > strings.Index(got, "service") {
		t.Fatalf("labels are not sorted: %q", got)
	}
	if !strings.Contains(got, "summary: 5xx above 3 %") {
		t.Fatalf("no annotation: %q", got)
	}
}
