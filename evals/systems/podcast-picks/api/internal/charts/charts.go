// Package charts keeps the trending list: one sorted set per day.
package charts

import (
	"context"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"
)

const shown = 50

type Board struct{ redis *redis.Client }

func NewBoard(client *redis.Client) *Board { return &Board{redis: client} }

// Note adds listening time to an episode's score; a like counts as ten minutes.
func (b *Board) Note(ctx context.Context, episode, kind string, seconds float64) error {
	score := seconds / 600
	if kind == "like" {
		score++
	}
	name := today()
	pipe := b.redis.Pipeline()
	pipe.ZIncrBy(ctx, name, score, episode)
	pipe.Expire(ctx, name, 48*time.Hour)
	_, err := pipe.Exec(ctx)
	return err
}

// Top gives the best episodes of the day; new listeners get it in place of picks.
func (b *Board) Top(ctx context.Context, n int64) ([]string, error) {
	return b.redis.ZRevRange(ctx, today(), 0, n-1).Result()
}

func (b *Board) Serve(_ http.ResponseWriter, r *http.Request) (any, error) {
	episodes, err := b.Top(r.Context(), shown)
	return map[string]any{"episodes": episodes}, err
}

func today() string { return "trending:" + time.Now().UTC().Format("20060102") }
