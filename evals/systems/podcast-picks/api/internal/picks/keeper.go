// Package picks serves recommendations from the model that the nightly job leaves in the bucket.
package picks

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/earshot-fm/podcast-picks/api/internal/bucket"
)

const maxFile = 1 << 30

// manifest says which objects make up a model. The trainer writes it last.
type manifest struct {
	Version    string `json:"version"`
	Revision   string `json:"revision"`
	Subjects   string `json:"subjects"`
	Episodes   string `json:"episodes"`
	Neighbours string `json:"neighbours"`
	Categories string `json:"categories"`
}

// Keeper holds the model in use and looks for a newer one.
type Keeper struct {
	bucket *bucket.Bucket
	model  atomic.Pointer[Model]
}

func NewKeeper(b *bucket.Bucket) *Keeper { return &Keeper{bucket: b} }

func (k *Keeper) Watch(ctx context.Context, current string, every time.Duration) {
	for tick := time.NewTicker(every); ctx.Err() == nil; <-tick.C {
		if err := k.Load(ctx, current); err != nil {
			slog.Error("model stays as it is", "err", err)
		}
	}
}

// Load reads a manifest and its files, and swaps the model once all of it is there.
func (k *Keeper) Load(ctx context.Context, key string) error {
	var m manifest
	if err := k.read(ctx, key, &m); err != nil {
		return err
	}
	if now := k.model.Load(); now != nil && now.Version == m.Version {
		return nil
	}
	next := &Model{Version: m.Version}
	parts := map[string]any{m.Subjects: &next.Subjects, m.Episodes: &next.Episodes, m.Neighbours: &next.Neighbours, m.Categories: &next.Categories}
	for name, part := range parts {
		if err := k.read(ctx, name, part); err != nil {
			return err
		}
	}
	for _, matrix := range []*Matrix{&next.Subjects, &next.Episodes} {
		if err := matrix.index(); err != nil || matrix.Dim != next.Subjects.Dim {
			return fmt.Errorf("%s: matrices do not fit: %w", m.Version, err)
		}
	}
	k.model.Store(next)
	slog.Info("model swapped", "version", m.Version, "revision", m.Revision, "episodes", len(next.Episodes.IDs))
	return nil
}

func (k *Keeper) read(ctx context.Context, key string, into any) error {
	data, err := k.bucket.Read(ctx, key, maxFile)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}
