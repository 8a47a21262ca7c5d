package agent

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// Alert is what Alertmanager sends.
type Alert struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	URL         string            `json:"generatorURL"`
}

// Batch is the body of Alertmanager's webhook.
type Batch struct {
	Alerts []Alert `json:"alerts"`
}

func (a Alert) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s since %s\n%s\n", a.Status, a.StartsAt.Format(time.RFC3339), a.URL)
	for _, m := range []map[string]string{a.Labels, a.Annotations} {
		keys := make([]string, 0, len(m))
		for k := range m {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			fmt.Fprintf(&b, "%s: %s\n", k, m[k])
		}
	}
	return b.String()
}
