module github.com/earshot-fm/podcast-picks/api

go 1.23

require (
	github.com/go-chi/chi/v5 v5.2.2
	github.com/golang-jwt/jwt/v5 v5.2.2
	github.com/jackc/pgx/v5 v5.7.5
	github.com/minio/minio-go/v7 v7.0.95
	github.com/redis/go-redis/v9 v9.7.3
	github.com/yuin/goldmark v1.7.13
)
