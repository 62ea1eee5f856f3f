package backup

import (
	"context"
	"io"

	"github.com/filmloom/filmloom/server/admin"
)

// Operation is what a running server calls the making of a backup. It answers with a stream.
const Operation = "backup"

// A Request is what the operation is given.
type Request struct {
	WithoutKeys bool `json:"without_keys"`
}

// Register adds the operation to those of a running server.
func Register(r *admin.Registry, from Source, filmloom string) {
	admin.Handle(r, Operation, func(ctx context.Context, in Request) (admin.Stream, error) {
		return func(w io.Writer) error {
			_, err := Write(ctx, w, from, Options{WithoutKeys: in.WithoutKeys, Filmloom: filmloom})
			return err
		}, nil
	})
}
