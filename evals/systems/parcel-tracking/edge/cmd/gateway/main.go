// gateway takes the scans of the depots.
package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"px.example/edge/internal/agent"
	"px.example/edge/internal/manifest"
)

const insertScan = `insert into scans (number, at, place, kind, device, temperature)
select number, $2, $3, $4, $5, $6 from parcels where number = $1`

func main() {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		fail(err)
	}
	tls, err := agent.TLS("/run/secrets/device_ca")
	if err != nil {
		fail(err)
	}
	llm := manifest.NewLLM()

	mux := http.NewServeMux()
	mux.HandleFunc("POST /scans", func(w http.ResponseWriter, r *http.Request) {
		device, ok := agent.Device(r)
		if !ok {
			http.Error(w, "no certificate", http.StatusUnauthorized)
			return
		}
		var scan agent.Scan
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&scan); err != nil {
			http.Error(w, "no scan", http.StatusBadRequest)
			return
		}
		if err := scan.Check(time.Now()); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		if _, err := pool.Exec(r.Context(), insertScan, scan.Number, scan.At, scan.Place, scan.Kind, device, scan.Temperature); err != nil {
			slog.Error("scan not kept", "device", device, "err", err)
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		switch scan.Kind {
		case "load":
			llm.Load(scan.Place, scan.Number)
		case "done", "agent":
			llm.Complete(scan.Number)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /vans/{van}/manifest", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(llm.Generate(r.PathValue("van")))
	})

	srv := &http.Server{
		Addr: ":8443", Handler: mux, TLSConfig: tls,
		ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
	}
	fail(srv.ListenAndServeTLS("/run/secrets/edge_tls_cert", "/run/secrets/edge_tls_key"))
}

func fail(err error) {
	slog.Error("gateway stopped", "err", err)
	os.Exit(1)
}
