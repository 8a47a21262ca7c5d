// Package submission is where creators bring shows and episodes.
package submission

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/earshot-fm/podcast-picks/api/internal/bucket"
	"github.com/earshot-fm/podcast-picks/api/internal/identity"
	"github.com/earshot-fm/podcast-picks/api/internal/notes"
	"github.com/earshot-fm/podcast-picks/api/internal/reply"
)

const uploadValid = 15 * time.Minute

var notThere = reply.Problem{Status: http.StatusNotFound, What: "no such show or episode"}

type Desk struct {
	db     *pgxpool.Pool
	bucket *bucket.Bucket
	queue  *notes.Queue
}

func NewDesk(db *pgxpool.Pool, b *bucket.Bucket, queue *notes.Queue) *Desk {
	return &Desk{db: db, bucket: b, queue: queue}
}

type show struct {
	Title        string `json:"title"`
	Description  string `json:"description"`
	Category     string `json:"category"`
	NotesStyle   string `json:"notes_style"`
	ContactEmail string `json:"contact_email"`
}

func (d *Desk) AddShow(_ http.ResponseWriter, r *http.Request) (any, error) {
	var s show
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		return nil, reply.Problem{Status: http.StatusBadRequest, What: "not a show"}
	}
	if s.Title == "" || utf8.RuneCountInString(s.Title) > 120 || utf8.RuneCountInString(s.Description) > 4000 || utf8.RuneCountInString(s.NotesStyle) > 500 {
		return nil, reply.Problem{Status: http.StatusUnprocessableEntity, What: "title, description or notes_style is missing or too long"}
	}
	person, _ := identity.From(r.Context())
	var id int64
	err := d.db.QueryRow(r.Context(),
		`INSERT INTO shows (creator_id, title, description, category, notes_style, contact_email) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		person.ID, s.Title, s.Description, s.Category, s.NotesStyle, s.ContactEmail).Scan(&id)
	return map[string]any{"id": id, "state": "pending"}, err
}

type episode struct {
	Title      string    `json:"title"`
	AudioURL   string    `json:"audio_url"`
	Transcript string    `json:"transcript"`
	PublishAt  time.Time `json:"publish_at"`
}

func (d *Desk) AddEpisode(_ http.ResponseWriter, r *http.Request) (any, error) {
	if err := d.own(r.Context(), `SELECT creator_id FROM shows WHERE id = $1`, chi.URLParam(r, "show")); err != nil {
		return nil, err
	}
	var e episode
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		return nil, reply.Problem{Status: http.StatusBadRequest, What: "not an episode"}
	}
	if e.Title == "" || e.Transcript == "" || !strings.HasPrefix(e.AudioURL, "https://") {
		return nil, reply.Problem{Status: http.StatusUnprocessableEntity, What: "title, transcript and audio_url (https) are needed"}
	}
	var id int64
	err := d.db.QueryRow(r.Context(),
		`INSERT INTO episodes (show_id, title, audio_url, transcript, publish_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		chi.URLParam(r, "show"), e.Title, e.AudioURL, e.Transcript, e.PublishAt).Scan(&id)
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": id}, d.queue.Push(r.Context(), notes.Job{Episode: id})
}

// RewriteNotes has summary and show notes written anew.
func (d *Desk) RewriteNotes(_ http.ResponseWriter, r *http.Request) (any, error) {
	id := chi.URLParam(r, "episode")
	if err := d.own(r.Context(), `SELECT s.creator_id FROM episodes e JOIN shows s ON s.id = e.show_id WHERE e.id = $1`, id); err != nil {
		return nil, err
	}
	var job notes.Job
	if err := d.db.QueryRow(r.Context(), `SELECT id FROM episodes WHERE id = $1`, id).Scan(&job.Episode); err != nil {
		return nil, err
	}
	return map[string]string{"state": "queued"}, d.queue.Push(r.Context(), job)
}

// Artwork hands out an address to which the creator's page puts the cover.
func (d *Desk) Artwork(w http.ResponseWriter, r *http.Request) (any, error) {
	id := chi.URLParam(r, "show")
	if err := d.own(r.Context(), `SELECT creator_id FROM shows WHERE id = $1`, id); err != nil {
		return nil, err
	}
	var cover struct {
		Filename string `json:"filename"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&cover); err != nil || cover.Filename == "" {
		return nil, reply.Problem{Status: http.StatusBadRequest, What: "filename is missing"}
	}
	key := path.Join("art", id, cover.Filename)
	address, err := d.bucket.UploadURL(r.Context(), key, uploadValid)
	if err != nil {
		return nil, err
	}
	_, err = d.db.Exec(r.Context(), `UPDATE shows SET artwork_key = $2 WHERE id = $1`, id, key)
	return map[string]string{"put": address, "key": key}, err
}

// own fails unless the query, asked for the id, names the creator who asks.
func (d *Desk) own(ctx context.Context, query, id string) error {
	person, _ := identity.From(ctx)
	var creator int64
	err := d.db.QueryRow(ctx, query, id).Scan(&creator)
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && creator != person.ID) {
		return notThere
	}
	return err
}
