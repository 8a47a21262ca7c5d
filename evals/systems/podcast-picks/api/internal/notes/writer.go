package notes

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	maxReply  = 1 << 20
	maxTokens = 1200
)

const house = `You write for the Earshot podcast app. From what the user sends, write a summary of at most
two sentences and show notes in Markdown: topics with their minute, people, books and links that are mentioned.
Answer with a JSON object that has the fields "summary" and "notes". The show is called %s.
Style asked for by the show: %s`

// Source is what the writer knows of an episode and its show.
type Source struct {
	Show         string    `json:"show"`
	Style        string    `json:"-"`
	Description  string    `json:"description"`
	Category     string    `json:"category"`
	ContactEmail string    `json:"contact_email"`
	Title        string    `json:"title"`
	PublishAt    time.Time `json:"publish_at"`
	Transcript   string    `json:"transcript"`
}

type Notes struct {
	Summary string `json:"summary"`
	Notes   string `json:"notes"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Writer asks a chat model for summary and notes.
type Writer struct {
	base, key, model string
	client           http.Client
}

func NewWriter(base, key, model string) *Writer {
	return &Writer{base: base, key: key, model: model, client: http.Client{Timeout: 90 * time.Second}}
}

func (w *Writer) Write(ctx context.Context, s Source) (Notes, error) {
	var n Notes
	source, err := json.Marshal(s)
	if err != nil {
		return n, err
	}
	body, err := json.Marshal(map[string]any{
		"model":           w.model,
		"max_tokens":      maxTokens,
		"response_format": map[string]string{"type": "json_object"},
		"messages": []message{
			{Role: "system", Content: fmt.Sprintf(house, s.Show, s.Style)},
			{Role: "user", Content: string(source)},
		},
	})
	if err != nil {
		return n, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.base+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return n, err
	}
	r.Header.Set("Authorization", "Bearer "+w.key)
	r.Header.Set("Content-Type", "application/json")
	answer, err := w.client.Do(r)
	if err != nil {
		return n, err
	}
	defer answer.Body.Close()
	var got struct {
		Choices []struct {
			Message message `json:"message"`
		} `json:"choices"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxReply)).Decode(&got); err != nil || len(got.Choices) == 0 {
		return n, fmt.Errorf("the model answered %s: %w", answer.Status, err)
	}
	err = json.Unmarshal([]byte(got.Choices[0].Message.Content), &n)
	return n, err
}
