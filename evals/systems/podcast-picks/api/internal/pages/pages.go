// Package pages draws the public web pages of episodes.
package pages

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"github.com/earshot-fm/podcast-picks/api/internal/reply"
)

//go:embed templates/*.html
var files embed.FS

type Pages struct {
	db       *pgxpool.Pool
	tmpl     *template.Template
	markdown goldmark.Markdown
}

func New(db *pgxpool.Pool) *Pages {
	markdown := goldmark.New(
		goldmark.WithExtensions(extension.Linkify, extension.Table),
		goldmark.WithRendererOptions(html.WithHardWraps(), html.WithUnsafe()), // minutes come as <time> elements
	)
	return &Pages{db: db, tmpl: template.Must(template.ParseFS(files, "templates/*.html")), markdown: markdown}
}

type episodePage struct {
	Show, Title, Summary, Artwork, Audio string
	Notes                                template.HTML
}

func (p *Pages) Episode(w http.ResponseWriter, r *http.Request) {
	var page episodePage
	var notes string
	err := p.db.QueryRow(r.Context(),
		`SELECT s.title, e.title, e.summary, s.artwork_key, e.audio_url, e.notes
		   FROM episodes e JOIN shows s ON s.id = e.show_id
		  WHERE e.id = $1 AND s.state = 'listed' AND e.publish_at <= now()`, chi.URLParam(r, "episode")).
		Scan(&page.Show, &page.Title, &page.Summary, &page.Artwork, &page.Audio, &notes)
	if errors.Is(err, pgx.ErrNoRows) {
		http.NotFound(w, r)
		return
	}
	var body bytes.Buffer
	if err == nil {
		err = p.markdown.Convert([]byte(notes), &body)
	}
	if err != nil {
		reply.Fail(w, r, err)
		return
	}
	page.Notes = template.HTML(body.String())
	if err := p.tmpl.ExecuteTemplate(w, "episode.html", page); err != nil {
		reply.Fail(w, r, err)
	}
}
