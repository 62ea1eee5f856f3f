package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/filmloom/filmloom/providers"
	pb "github.com/filmloom/filmloom/providers/proto"
)

// callContext gives a handler's context: it ends with the stream, on cancel, and when the call's time
// is over, which the host watches as well.
func callContext(stream context.Context, start *pb.Start) (context.Context, context.CancelFunc) {
	if start.GetTimeoutMs() > 0 {
		return context.WithTimeout(stream, duration(start.GetTimeoutMs()))
	}
	return context.WithCancel(stream)
}

func callFromWire(start *pb.Start) *providers.Call {
	return &providers.Call{
		Capability: start.GetCapability(), Input: start.GetInput(), WorkDir: start.GetWorkDir(),
		IdempotencyKey: start.GetIdempotencyKey(), Attempt: int(start.GetAttempt()),
		Checkpoint: start.Checkpoint, Secrets: start.GetSecrets(),
		Run: start.GetRun(), Address: start.GetAddress(),
	}
}

// reports is the plugin's end of one call's stream: a [providers.Reporter].
type reports struct {
	stream grpc.BidiStreamingServer[pb.ExecuteRequest, pb.ExecuteResponse]

	sending sync.Mutex // a stream takes one sender at a time

	mu      sync.Mutex
	last    uint64
	waiting map[uint64]chan error // by the checkpoint's id; buffered
}

func newReports(stream grpc.BidiStreamingServer[pb.ExecuteRequest, pb.ExecuteResponse]) *reports {
	return &reports{stream: stream, waiting: map[uint64]chan error{}}
}

func (r *reports) send(m *pb.ExecuteResponse) error {
	r.sending.Lock()
	defer r.sending.Unlock()
	return r.stream.Send(m)
}

// listen takes what the host says until the stream ends.
func (r *reports) listen(cancel context.CancelFunc) {
	for {
		m, err := r.stream.Recv()
		if err != nil {
			// The host closes its side only with the whole stream, whose context then ends the call.
			return
		}
		if m.GetCancel() != nil {
			cancel()
		}
		if ack := m.GetCheckpointAcknowledged(); ack != nil {
			r.acknowledge(ack)
		}
	}
}

func (r *reports) acknowledge(ack *pb.CheckpointAcknowledged) {
	r.mu.Lock()
	waiter := r.waiting[ack.GetId()]
	delete(r.waiting, ack.GetId())
	r.mu.Unlock()
	if waiter == nil {
		return
	}
	if ack.GetError() != nil {
		waiter <- errorFromWire(ack.GetError())
		return
	}
	waiter <- nil
}

// Progress implements [providers.Reporter]. What cannot be sent is lost: the call is over then.
func (r *reports) Progress(done float64, message string) {
	_ = r.send(&pb.ExecuteResponse{Message: &pb.ExecuteResponse_Progress{
		Progress: &pb.Progress{Done: done, Message: text(message)},
	}})
}

// Log implements [providers.Reporter].
func (r *reports) Log(level slog.Level, message string, args ...any) {
	_ = r.send(&pb.ExecuteResponse{Message: &pb.ExecuteResponse_Log{Log: logToWire(level, message, args)}})
}

// Checkpoint implements [providers.Reporter].
func (r *reports) Checkpoint(ctx context.Context, state []byte) error {
	saved := make(chan error, 1)
	r.mu.Lock()
	r.last++
	id := r.last
	r.waiting[id] = saved
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.waiting, id)
		r.mu.Unlock()
	}()
	err := r.send(&pb.ExecuteResponse{Message: &pb.ExecuteResponse_Checkpoint{
		Checkpoint: &pb.Checkpoint{Id: id, State: state},
	}})
	if err != nil {
		return fmt.Errorf("checkpoint not sent: %w", err)
	}
	select {
	case err := <-saved:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-r.stream.Context().Done():
		return r.stream.Context().Err()
	}
}

func logToWire(level slog.Level, message string, args []any) *pb.Log {
	out := &pb.Log{Message: text(message)}
	switch {
	case level < slog.LevelInfo:
		out.Level = pb.Log_LEVEL_DEBUG
	case level < slog.LevelWarn:
		out.Level = pb.Log_LEVEL_INFO
	case level < slog.LevelError:
		out.Level = pb.Log_LEVEL_WARN
	default:
		out.Level = pb.Log_LEVEL_ERROR
	}
	record := slog.NewRecord(time.Time{}, level, message, 0)
	record.Add(args...)
	record.Attrs(func(a slog.Attr) bool {
		raw, err := json.Marshal(plain(a.Value))
		if err != nil {
			raw, _ = json.Marshal(text(fmt.Sprint(a.Value.Any())))
		}
		out.Attributes = append(out.Attributes, &pb.LogAttribute{Key: text(a.Key), Value: raw})
		return true
	})
	return out
}

// plain gives a log value in a form that JSON keeps legible.
func plain(v slog.Value) any {
	v = v.Resolve()
	switch v.Kind() {
	case slog.KindGroup:
		group := map[string]any{}
		for _, a := range v.Group() {
			group[a.Key] = plain(a.Value)
		}
		return group
	case slog.KindDuration:
		return v.Duration().String()
	}
	switch x := v.Any().(type) {
	case error:
		return x.Error()
	case fmt.Stringer:
		return x.String()
	default:
		return x
	}
}

func logFromWire(l *pb.Log) (slog.Level, string, []any) {
	level := slog.LevelInfo
	switch l.GetLevel() {
	case pb.Log_LEVEL_DEBUG:
		level = slog.LevelDebug
	case pb.Log_LEVEL_WARN:
		level = slog.LevelWarn
	case pb.Log_LEVEL_ERROR:
		level = slog.LevelError
	}
	args := make([]any, 0, 2*len(l.GetAttributes()))
	for _, a := range l.GetAttributes() {
		var v any
		if err := json.Unmarshal(a.GetValue(), &v); err != nil {
			v = string(a.GetValue())
		}
		args = append(args, a.GetKey(), v)
	}
	return level, l.GetMessage(), args
}
