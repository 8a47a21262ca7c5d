// Package limits counts requests in Redis, one window per minute.
package limits

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/earshot-fm/podcast-picks/api/internal/reply"
)

const (
	DeviceHeader = "X-Device-Id"
	perMinute    = 240
)

// Middleware lets a caller make so many requests a minute.
func Middleware(client *redis.Client) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name := fmt.Sprintf("limit:%s:%d", caller(r), time.Now().Unix()/60)
			pipe := client.TxPipeline()
			count := pipe.Incr(r.Context(), name)
			pipe.Expire(r.Context(), name, 2*time.Minute)
			if _, err := pipe.Exec(r.Context()); err != nil {
				reply.Fail(w, r, err)
				return
			}
			if count.Val() > perMinute {
				reply.Fail(w, r, reply.Problem{Status: http.StatusTooManyRequests, What: "too many requests"})
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Phones share carrier addresses, so the app's device id counts where it is sent.
func caller(r *http.Request) string {
	if device := r.Header.Get(DeviceHeader); device != "" {
		return device
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
