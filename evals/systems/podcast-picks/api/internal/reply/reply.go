// Package reply turns handlers that return errors into HTTP ones.
package reply

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
)

// Problem is an error whose words the caller may read.
type Problem struct {
	Status int
	What   string
}

func (p Problem) Error() string { return p.What }

// Handler answers with what it returns; any error but a Problem stays in the log.
type Handler func(w http.ResponseWriter, r *http.Request) (any, error)

func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := h(w, r)
	if err != nil {
		Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func Fail(w http.ResponseWriter, r *http.Request, err error) {
	var p Problem
	if !errors.As(err, &p) {
		slog.Error("request failed", "method", r.Method, "path", r.URL.Path, "err", err)
		p = Problem{http.StatusInternalServerError, "something went wrong"}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": p.What})
}
