package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/store"
)

// onceHeader is how a client asks that a request it may send twice is carried out once.
const onceHeader = "Idempotency-Key"

// keyed tells whether an operation takes idempotency keys.
func (a *API) keyed(op *huma.Operation) bool {
	return a.conf.Keys != nil && op.Method == http.MethodPost && len(op.Security) > 0
}

// once carries out a POST that has an idempotency key once. An empty key is refused: whoever sends one believes to be
// safe.
func (a *API) once(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	keys, op := r.Header[onceHeader], ctx.Operation()
	if len(keys) == 0 || !a.keyed(op) {
		next(ctx)
		return
	}
	if len(keys) > 1 {
		a.refuse(ctx, Invalid(Problem{Location: "header." + onceHeader, Message: "is given more than once"}))
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, op.MaxBodyBytes))
	if err != nil {
		a.refuse(ctx, unread(op.MaxBodyBytes-1, 0, err))
		return
	}
	claim, answer, err := a.conf.Keys.Begin(ctx.Context(), idempotency.Request{
		Account: Caller(ctx.Context()).Account.ID, Route: op.Method + " " + a.conf.Prefix + op.Path,
		Target: r.URL.RequestURI(), Key: keys[0], Body: body,
	})
	switch {
	case err != nil:
		a.refuse(ctx, repeated(ctx.Context(), err))
		return
	case answer != nil:
		err = answer.Replay(w)
	default:
		defer claim.Abandon()
		err = claim.Serve(w, r.WithContext(ctx.Context()), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = io.NopCloser(bytes.NewReader(body))
			next(humago.NewContext(op, r, w))
		}))
	}
	if err != nil {
		Log(ctx.Context()).Warn("an answer to an idempotency key was not remembered or not sent", "error", err)
	}
}

// repeated says why a request with an idempotency key does not go on.
func repeated(ctx context.Context, err error) *Fault {
	message := strings.ToUpper(err.Error()[:1]) + err.Error()[1:]
	switch {
	case errors.Is(err, idempotency.ErrKey):
		return Invalid(Problem{Location: "header." + onceHeader, Message: "must be 1 to 255 printable ASCII characters"})
	case errors.Is(err, idempotency.ErrInFlight), errors.Is(err, idempotency.ErrOtherBody), errors.Is(err, idempotency.ErrWithheld):
		return &Fault{Status: http.StatusConflict, Code: CodeIdempotency, Message: message}
	}
	Log(ctx).Error("an idempotency key cannot be looked up", "error", err)
	return inside()
}

// Record remembers the answer to a request with an idempotency key within the transaction of what it does: after
// a crash either both are there or neither. body is what the operation answers with.
func Record(ctx context.Context, tx *store.Tx, status int, body any) error {
	claim := idempotency.From(ctx)
	if claim == nil {
		return nil
	}
	var b bytes.Buffer
	if err := huma.DefaultJSONFormat.Marshal(&b, body); err != nil {
		return fmt.Errorf("the answer cannot be remembered: %w", err)
	}
	return claim.Record(tx, idempotency.Answer{
		Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: b.Bytes(),
	})
}

// Withhold keeps the answer of the request out of what is remembered, because it shows a secret once.
func Withhold(ctx context.Context) { idempotency.From(ctx).Withhold() }
