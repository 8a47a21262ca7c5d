// Package identity says who is asking.
package identity

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/earshot-fm/podcast-picks/api/internal/reply"
)

const (
	RoleListener = "listener"
	RoleCreator  = "creator"

	// SessionHeader is how the web player's gateway hands over the listener of a session cookie.
	SessionHeader = "X-Earshot-Listener"
)

type Person struct {
	ID   int64
	Role string
}

type claims struct {
	Role string `json:"role"`
	jwt.RegisteredClaims
}

type key struct{}

type Desk struct{ secret []byte }

func NewDesk(secret []byte) *Desk { return &Desk{secret: secret} }

// Recognise puts the person into the context; who brings nothing stays anonymous.
func (d *Desk) Recognise(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			person, err := d.read(token)
			if err != nil {
				reply.Fail(w, r, reply.Problem{Status: http.StatusUnauthorized, What: "token not accepted"})
				return
			}
			r = r.WithContext(context.WithValue(r.Context(), key{}, person))
		} else if id, err := strconv.ParseInt(r.Header.Get(SessionHeader), 10, 64); err == nil {
			r = r.WithContext(context.WithValue(r.Context(), key{}, Person{ID: id, Role: RoleListener}))
		}
		next.ServeHTTP(w, r)
	})
}

func (d *Desk) read(token string) (Person, error) {
	var c claims
	_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return d.secret, nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired(), jwt.WithIssuer("earshot-accounts"))
	if err != nil {
		return Person{}, err
	}
	id, err := strconv.ParseInt(c.Subject, 10, 64)
	return Person{ID: id, Role: c.Role}, err
}

// Require lets pass whoever has the role.
func Require(role string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if person, ok := From(r.Context()); !ok || person.Role != role {
				reply.Fail(w, r, reply.Problem{Status: http.StatusForbidden, What: "not for this account"})
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func From(ctx context.Context) (Person, bool) {
	person, ok := ctx.Value(key{}).(Person)
	return person, ok
}
