// oncall answers alerts with the tools of MCP servers.
package main

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openai/openai-go/v3"
	"golang.org/x/sync/semaphore"

	"corp.example/ops/ops-mcp/internal/agent"
	"corp.example/ops/ops-mcp/internal/config"
	"corp.example/ops/ops-mcp/internal/guard"
)

const tokensPerDay = 3_000_000

func main() {
	addr := flag.String("addr", ":8080", "where Alertmanager posts to")
	servers := flag.String("servers", "deploy/servers.json", "MCP servers")
	flag.Parse()

	ctx := context.Background()
	list, err := config.Servers(*servers)
	if err != nil {
		log.Fatal(err)
	}
	box, err := agent.Open(ctx, list, &http.Client{Transport: bearer{"/run/secrets/ops-mcp-token/token"}})
	if err != nil {
		log.Fatal(err)
	}
	hook := config.Secret("/run/secrets/oncall/slack-hook")
	desk := &agent.Desk{
		Hook:      hook,
		Secret:    config.Secret("/run/secrets/oncall/slack-signing"),
		Engineers: strings.Split(config.Env("ENGINEERS", ""), ","),
	}
	var budget atomic.Int64
	budget.Store(tokensPerDay)
	go func() {
		for range time.Tick(24 * time.Hour) {
			budget.Store(tokensPerDay)
		}
	}()
	o := &oncall{
		agent: &agent.Agent{
			Model: openai.NewClient(), Name: config.Env("MODEL", "gpt-4.1-2025-04-14"), Box: box, Approve: desk.Approve,
			Audit: guard.Audit{Collector: config.Env("AUDIT_URL", "")}, Budget: &budget,
		},
		hook:  hook,
		token: config.Secret("/run/secrets/oncall/alertmanager-token"),
		seats: semaphore.NewWeighted(4),
	}

	mux := http.NewServeMux()
	mux.HandleFunc("POST /alerts", o.alerts)
	mux.Handle("POST /slack", desk)
	srv := &http.Server{Addr: *addr, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(srv.ListenAndServe())
}

type oncall struct {
	agent *agent.Agent
	hook  string
	token string
	seats *semaphore.Weighted
	busy  sync.Map // fingerprints at work
}

func (o *oncall) alerts(w http.ResponseWriter, r *http.Request) {
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+o.token)) != 1 {
		http.Error(w, "who are you", http.StatusUnauthorized)
		return
	}
	var batch agent.Batch
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&batch); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, alert := range batch.Alerts {
		if _, at := o.busy.LoadOrStore(alert.Fingerprint, true); !at {
			go o.work(alert)
		}
	}
	w.WriteHeader(http.StatusAccepted)
}

func (o *oncall) work(alert agent.Alert) {
	defer o.busy.Delete(alert.Fingerprint)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	queue, stop := context.WithTimeout(ctx, 10*time.Minute)
	defer stop()
	if err := o.seats.Acquire(queue, 1); err != nil {
		_ = agent.Tell(o.hook, alert.Labels["alertname"]+": too many alerts, nobody looks at this one")
		return
	}
	defer o.seats.Release(1)
	summary, err := o.agent.Handle(ctx, alert)
	if err != nil {
		summary = fmt.Sprintf("gave up: %v", err)
	}
	if err := agent.Tell(o.hook, alert.Labels["alertname"]+"\n"+guard.Redact(summary)); err != nil {
		log.Print(err)
	}
}
