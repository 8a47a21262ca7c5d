package agent

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Desk puts calls before the engineers in Slack and waits for an answer.
type Desk struct {
	Hook      string
	Secret    string   // Slack's signing secret
	Engineers []string // Slack ids of the rota
	mu        sync.Mutex
	open      map[string]chan string
}

// Approve waits 15 minutes for a button.
func (d *Desk) Approve(ctx context.Context, incident, tool, arguments string) (string, bool) {
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	key := hex.EncodeToString(id)
	answer := make(chan string, 1)
	d.mu.Lock()
	if d.open == nil {
		d.open = map[string]chan string{}
	}
	d.open[key] = answer
	d.mu.Unlock()
	defer func() { d.mu.Lock(); delete(d.open, key); d.mu.Unlock() }()

	if err := d.ask(incident, tool, arguments, key); err != nil {
		return "", false
	}
	select {
	case who := <-answer:
		return who, who != ""
	case <-time.After(15 * time.Minute):
		return "", false
	case <-ctx.Done():
		return "", false
	}
}

func (d *Desk) ask(incident, tool, arguments, key string) error {
	button := func(label, value string) map[string]any {
		return map[string]any{"type": "button", "action_id": value, "value": key, "text": map[string]any{"type": "plain_text", "text": label}}
	}
	return post(d.Hook, map[string]any{"blocks": []any{
		map[string]any{"type": "section", "text": map[string]any{"type": "plain_text", "text": fmt.Sprintf("%s: %s %s", incident, tool, arguments)}},
		map[string]any{"type": "actions", "elements": []any{button("Run it", "yes"), button("No", "no")}},
	}})
}

// ServeHTTP takes Slack's answers.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil || !d.signed(r.Header, body) {
		http.Error(w, "not from slack", http.StatusUnauthorized)
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, "bad form", http.StatusBadRequest)
		return
	}
	var action struct {
		User struct {
			ID string `json:"id"`
		} `json:"user"`
		Actions []struct {
			ID    string `json:"action_id"`
			Value string `json:"value"`
		} `json:"actions"`
	}
	if err := json.Unmarshal([]byte(form.Get("payload")), &action); err != nil || len(action.Actions) != 1 {
		http.Error(w, "bad payload", http.StatusBadRequest)
		return
	}
	if !slices.Contains(d.Engineers, action.User.ID) {
		http.Error(w, "not on the rota", http.StatusForbidden)
		return
	}
	who := ""
	if action.Actions[0].ID == "yes" {
		who = action.User.ID
	}
	d.mu.Lock()
	answer, ok := d.open[action.Actions[0].Value]
	d.mu.Unlock()
	if ok {
		select {
		case answer <- who:
		default:
		}
	}
	w.WriteHeader(http.StatusOK)
}

func (d *Desk) signed(h http.Header, body []byte) bool {
	sent := h.Get("X-Slack-Request-Timestamp")
	at, err := strconv.ParseInt(sent, 10, 64)
	if err != nil || time.Since(time.Unix(at, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, []byte(d.Secret))
	fmt.Fprintf(mac, "v0:%s:%s", sent, body)
	return hmac.Equal([]byte("v0="+hex.EncodeToString(mac.Sum(nil))), []byte(h.Get("X-Slack-Signature")))
}

func post(hook string, v any) error {
	raw, err := json.Marshal(v)
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
