// Package settings reads the service's configuration from the environment, once.
package settings

import (
	"errors"
	"os"
	"time"
)

const minSecret = 32

type Settings struct {
	Listen, DatabaseURL, RedisAddr, RedisPassword string
	TokenSecret                                   []byte
	Bucket, BucketEndpoint, CurrentModel          string
	PollEvery                                     time.Duration
	NotesURL, NotesKey, NotesModel                string
}

func Load() (Settings, error) {
	s := Settings{
		Listen:         or("PICKS_LISTEN", ":8080"),
		DatabaseURL:    os.Getenv("PICKS_DATABASE_URL"),
		RedisAddr:      or("PICKS_REDIS_ADDR", "localhost:6379"),
		RedisPassword:  os.Getenv("PICKS_REDIS_PASSWORD"),
		TokenSecret:    []byte(os.Getenv("PICKS_TOKEN_SECRET")),
		Bucket:         or("PICKS_BUCKET", "earshot-picks"),
		BucketEndpoint: or("PICKS_BUCKET_ENDPOINT", "s3.eu-central-1.amazonaws.com"),
		CurrentModel:   or("PICKS_CURRENT_MODEL", "models/current.json"),
		PollEvery:      time.Minute,
		NotesURL:       or("PICKS_NOTES_URL", "https://api.openai.com/v1"),
		NotesKey:       os.Getenv("PICKS_NOTES_API_KEY"),
		NotesModel:     or("PICKS_NOTES_MODEL", "gpt-4o-mini-2024-07-18"),
	}
	if len(s.TokenSecret) < minSecret {
		return s, errors.New("PICKS_TOKEN_SECRET must have at least 32 bytes")
	}
	return s, nil
}

func or(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
