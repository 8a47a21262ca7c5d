// Package notes has summaries and show notes written by a model and keeps them.
package notes

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
)

const (
	list     = "notes:jobs"
	maxTries = 3
)

type Job struct {
	Episode int64 `json:"episode"`
	Tries   int   `json:"tries"`
}

// Queue holds the episodes that wait for their notes.
type Queue struct{ redis *redis.Client }

func NewQueue(client *redis.Client) *Queue { return &Queue{redis: client} }

func (q *Queue) Push(ctx context.Context, j Job) error {
	raw, err := json.Marshal(j)
	if err != nil {
		return err
	}
	return q.redis.LPush(ctx, list, raw).Err()
}

// Work takes one job after the other until the context ends.
func Work(ctx context.Context, db *pgxpool.Pool, queue *Queue, writer *Writer) {
	for ctx.Err() == nil {
		got, err := queue.redis.BRPop(ctx, 5*time.Second, list).Result()
		if err != nil {
			if !errors.Is(err, redis.Nil) {
				slog.Error("notes queue", "err", err)
				time.Sleep(time.Second)
			}
			continue
		}
		var j Job
		if err := json.Unmarshal([]byte(got[1]), &j); err != nil {
			slog.Error("notes job", "err", err)
			continue
		}
		if err := write(ctx, db, writer, j.Episode); err != nil {
			slog.Warn("notes", "episode", j.Episode, "tries", j.Tries, "err", err)
			if j.Tries++; j.Tries < maxTries {
				_ = queue.Push(ctx, j)
			}
		}
	}
}

func write(ctx context.Context, db *pgxpool.Pool, writer *Writer, episode int64) error {
	var s Source
	err := db.QueryRow(ctx,
		`SELECT s.title, s.notes_style, s.description, s.category, s.contact_email, e.title, e.publish_at, e.transcript
		   FROM episodes e JOIN shows s ON s.id = e.show_id WHERE e.id = $1`, episode).
		Scan(&s.Show, &s.Style, &s.Description, &s.Category, &s.ContactEmail, &s.Title, &s.PublishAt, &s.Transcript)
	if err != nil {
		return err
	}
	n, err := writer.Write(ctx, s)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, `UPDATE episodes SET summary = $2, notes = $3, notes_model = $4, notes_at = now() WHERE id = $1`,
		episode, n.Summary, n.Notes, writer.model)
	return err
}
