// oncall answers alerts with the tools of MCP servers.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/openai/openai-go/v3"

	"corp.example/ops/ops-mcp/internal/agent"
	"corp.example/ops/ops-mcp/internal/config"
)

func main() {
	addr := flag.String("addr", ":8080", "where Alertmanager posts to")
	servers := flag.String("servers", "deploy/servers.json", "MCP servers")
	ask := flag.Bool("ask", false, "ask on the terminal before destructive tools")
	flag.Parse()

	ctx := context.Background()
	list, err := config.Servers(*servers)
	if err != nil {
		log.Fatal(err)
	}
	box, err := agent.Open(ctx, list)
	if err != nil {
		log.Fatal(err)
	}
	a := &agent.Agent{Model: openai.NewClient(), Name: config.Env("MODEL", "gpt-4.1"), Box: box}
	if *ask {
		a.Ask = onTerminal
	}

	http.HandleFunc("POST /alerts", func(w http.ResponseWriter, r *http.Request) {
		var batch agent.Batch
		if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for _, alert := range batch.Alerts {
			go work(ctx, a, alert)
		}
		w.WriteHeader(http.StatusAccepted)
	})
	log.Fatal(http.ListenAndServe(*addr, nil))
}

func work(ctx context.Context, a *agent.Agent, alert agent.Alert) {
	summary, err := a.Handle(ctx, alert)
	if err != nil {
		summary = fmt.Sprintf("gave up: %v", err)
	}
	if err := agent.Tell(os.Getenv("SLACK_WEBHOOK"), alert.Labels["alertname"]+"\n"+summary); err != nil {
		log.Print(err)
	}
}

func onTerminal(tool, arguments string) bool {
	fmt.Printf("%s %s\nrun it? [y/N] ", tool, arguments)
	line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	return strings.TrimSpace(line) == "y"
}
