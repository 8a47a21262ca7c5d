package picks

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/earshot-fm/podcast-picks/api/internal/charts"
	"github.com/earshot-fm/podcast-picks/api/internal/listening"
	"github.com/earshot-fm/podcast-picks/api/internal/reply"
)

const (
	shown      = 40
	maxSimilar = 50
)

var noModel = reply.Problem{Status: http.StatusServiceUnavailable, What: "no model yet"}

type Handler struct {
	keeper *Keeper
	board  *charts.Board
}

func NewHandler(keeper *Keeper, board *charts.Board) *Handler {
	return &Handler{keeper: keeper, board: board}
}

// Mine answers with the picks of whoever asks, or with the charts for those whom the model does not know.
func (h *Handler) Mine(_ http.ResponseWriter, r *http.Request) (any, error) {
	if model := h.keeper.model.Load(); model != nil {
		if episodes, ok := model.Best(listening.Subject(r), shown); ok {
			return map[string]any{"model": model.Version, "episodes": episodes}, nil
		}
	}
	episodes, err := h.board.Top(r.Context(), shown)
	return map[string]any{"model": "trending", "episodes": episodes}, err
}

// Similar lists episodes whose transcripts are near.
func (h *Handler) Similar(_ http.ResponseWriter, r *http.Request) (any, error) {
	k, err := strconv.Atoi(r.URL.Query().Get("k"))
	if err != nil || k < 1 || k > maxSimilar {
		k = maxSimilar
	}
	model := h.keeper.model.Load()
	if model == nil {
		return nil, noModel
	}
	near := model.Neighbours[chi.URLParam(r, "episode")]
	return map[string]any{"episodes": near[:min(k, len(near))]}, nil
}

// Taste feeds the share card: how a listener leans to each category.
func (h *Handler) Taste(_ http.ResponseWriter, r *http.Request) (any, error) {
	model := h.keeper.model.Load()
	if model == nil {
		return nil, noModel
	}
	leaning, ok := model.Taste("listener:" + chi.URLParam(r, "listener"))
	if !ok {
		return nil, reply.Problem{Status: http.StatusNotFound, What: "not enough listening yet"}
	}
	return map[string]any{"taste": leaning}, nil
}

// Reload is called by the nightly job, so that replicas need not wait for their next look.
func (h *Handler) Reload(w http.ResponseWriter, r *http.Request) (any, error) {
	var order struct {
		Manifest string `json:"manifest"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&order); err != nil || order.Manifest == "" {
		return nil, reply.Problem{Status: http.StatusBadRequest, What: "manifest is missing"}
	}
	if err := h.keeper.Load(r.Context(), order.Manifest); err != nil {
		return nil, err
	}
	return map[string]string{"model": h.keeper.model.Load().Version}, nil
}
