package agent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// Tell posts a text to the channel of a Slack webhook.
func Tell(hook, text string) error {
	raw, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return err
	}
	resp, err := http.Post(hook, "application/json", bytes.NewReader(raw))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("slack: %s", resp.Status)
	}
	return nil
}
