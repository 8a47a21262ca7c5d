// Command picksd serves picks, charts, submissions and episode pages.
package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	_ "net/http/pprof"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"github.com/earshot-fm/podcast-picks/api/internal/bucket"
	"github.com/earshot-fm/podcast-picks/api/internal/charts"
	"github.com/earshot-fm/podcast-picks/api/internal/identity"
	"github.com/earshot-fm/podcast-picks/api/internal/limits"
	"github.com/earshot-fm/podcast-picks/api/internal/listening"
	"github.com/earshot-fm/podcast-picks/api/internal/notes"
	"github.com/earshot-fm/podcast-picks/api/internal/pages"
	"github.com/earshot-fm/podcast-picks/api/internal/picks"
	"github.com/earshot-fm/podcast-picks/api/internal/reply"
	"github.com/earshot-fm/podcast-picks/api/internal/settings"
	"github.com/earshot-fm/podcast-picks/api/internal/submission"
)

const notesWorkers = 4

func main() {
	if err := run(); err != nil {
		slog.Error("picksd stops", "err", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := settings.Load()
	if err != nil {
		return err
	}
	db, err := pgxpool.New(ctx, s.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	cache := redis.NewClient(&redis.Options{Addr: s.RedisAddr, Password: s.RedisPassword})
	store, err := bucket.Open(s.BucketEndpoint, s.Bucket)
	if err != nil {
		return err
	}

	keeper := picks.NewKeeper(store)
	go keeper.Watch(ctx, s.CurrentModel, s.PollEvery)
	queue := notes.NewQueue(cache)
	for i := 0; i < notesWorkers; i++ {
		go notes.Work(ctx, db, queue, notes.NewWriter(s.NotesURL, s.NotesKey, s.NotesModel))
	}
	// Profiles of the runtime; kubectl port-forward reaches them.
	go func() { slog.Warn("pprof", "err", http.ListenAndServe("127.0.0.1:6060", nil)) }()

	board := charts.NewBoard(cache)
	intake := listening.NewIntake(db, board)
	serve := picks.NewHandler(keeper, board)
	desk := submission.NewDesk(db, store, queue)

	r := chi.NewRouter()
	r.Use(middleware.RequestID, middleware.Recoverer)
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) })
	r.Get("/episodes/{episode}", pages.New(db).Episode)
	r.Method(http.MethodPost, "/internal/picks/reload", reply.Handler(serve.Reload))
	r.Route("/v1", func(r chi.Router) {
		r.Use(limits.Middleware(cache), identity.NewDesk(s.TokenSecret).Recognise)
		r.Method(http.MethodPost, "/events", reply.Handler(intake.Serve))
		r.Method(http.MethodGet, "/trending", reply.Handler(board.Serve))
		r.Method(http.MethodGet, "/me/picks", reply.Handler(serve.Mine))
		r.Method(http.MethodDelete, "/me/events", reply.Handler(intake.Forget))
		r.Method(http.MethodGet, "/episodes/{episode}/similar", reply.Handler(serve.Similar))
		r.Method(http.MethodGet, "/listeners/{listener}/taste", reply.Handler(serve.Taste))
		r.Route("/creator", func(r chi.Router) {
			r.Use(identity.Require(identity.RoleCreator))
			r.Method(http.MethodPost, "/shows", reply.Handler(desk.AddShow))
			r.Method(http.MethodPost, "/shows/{show}/episodes", reply.Handler(desk.AddEpisode))
			r.Method(http.MethodPost, "/shows/{show}/artwork", reply.Handler(desk.Artwork))
			r.Method(http.MethodPost, "/episodes/{episode}/notes", reply.Handler(desk.RewriteNotes))
		})
	})

	server := &http.Server{Addr: s.Listen, Handler: r, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Shutdown(context.Background())
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
