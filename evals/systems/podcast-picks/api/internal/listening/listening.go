// Package listening takes what players report: plays, skips, finishes and likes.
package listening

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/earshot-fm/podcast-picks/api/internal/charts"
	"github.com/earshot-fm/podcast-picks/api/internal/identity"
	"github.com/earshot-fm/podcast-picks/api/internal/limits"
	"github.com/earshot-fm/podcast-picks/api/internal/reply"
)

const (
	maxBody  = 64 << 10
	maxBatch = 200
)

var kinds = map[string]bool{"play": true, "skip": true, "finish": true, "like": true}

type event struct {
	Episode int64     `json:"episode_id"`
	Kind    string    `json:"kind"`
	Seconds float64   `json:"seconds"`
	At      time.Time `json:"at"`
}

type Intake struct {
	db    *pgxpool.Pool
	board *charts.Board
}

func NewIntake(db *pgxpool.Pool, board *charts.Board) *Intake { return &Intake{db: db, board: board} }

// Serve keeps a batch of events for the nightly training and counts it for the charts at once.
func (in *Intake) Serve(w http.ResponseWriter, r *http.Request) (any, error) {
	var events []event
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&events); err != nil || len(events) > maxBatch {
		return nil, reply.Problem{Status: http.StatusBadRequest, What: "not a batch of events"}
	}
	who := Subject(r)
	rows := make([][]any, 0, len(events))
	for _, e := range events {
		if !kinds[e.Kind] {
			return nil, reply.Problem{Status: http.StatusBadRequest, What: "unknown kind of event"}
		}
		rows = append(rows, []any{who, e.Episode, e.Kind, e.Seconds, e.At})
	}
	columns := []string{"subject", "episode_id", "kind", "seconds", "happened_at"}
	if _, err := in.db.CopyFrom(r.Context(), pgx.Identifier{"events"}, columns, pgx.CopyFromRows(rows)); err != nil {
		return nil, err
	}
	for _, e := range events {
		if e.Kind == "skip" {
			continue
		}
		if err := in.board.Note(r.Context(), strconv.FormatInt(e.Episode, 10), e.Kind, e.Seconds); err != nil {
			return nil, err
		}
	}
	return map[string]int{"kept": len(rows)}, nil
}

// Subject is the account, or the device of somebody who has not signed in yet.
func Subject(r *http.Request) string {
	if person, ok := identity.From(r.Context()); ok {
		return fmt.Sprintf("listener:%d", person.ID)
	}
	return "device:" + r.Header.Get(limits.DeviceHeader)
}

// Forget removes a listener's events; the next nightly model no longer knows them.
func (in *Intake) Forget(_ http.ResponseWriter, r *http.Request) (any, error) {
	done, err := in.db.Exec(r.Context(), `DELETE FROM events WHERE subject = $1`, Subject(r))
	return map[string]int64{"removed": done.RowsAffected()}, err
}
