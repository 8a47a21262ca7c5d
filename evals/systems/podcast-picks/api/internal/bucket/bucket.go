// Package bucket is the service's one bucket: artwork, model files, trainer state.
package bucket

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

type Bucket struct {
	client *minio.Client
	name   string
}

func Open(endpoint, name string) (*Bucket, error) {
	client, err := minio.New(endpoint, &minio.Options{Creds: credentials.NewIAM(""), Secure: true})
	if err != nil {
		return nil, err
	}
	return &Bucket{client: client, name: name}, nil
}

// Read fetches one object, at most limit bytes of it.
func (b *Bucket) Read(ctx context.Context, key string, limit int64) ([]byte, error) {
	object, err := b.client.GetObject(ctx, b.name, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, err
	}
	defer object.Close()
	data, err := io.ReadAll(io.LimitReader(object, limit))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return data, nil
}

// UploadURL is an address to which one object can be put for a while.
func (b *Bucket) UploadURL(ctx context.Context, key string, valid time.Duration) (string, error) {
	address, err := b.client.PresignedPutObject(ctx, b.name, key, valid)
	if err != nil {
		return "", err
	}
	return address.String(), nil
}
