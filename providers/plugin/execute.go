package plugin

import (
	"context"
	"errors"
	"io"
	"math"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/filmloom/filmloom/providers"
	pb "github.com/filmloom/filmloom/providers/proto"
)

// Execute performs a call in the plugin.
func (h *host) Execute(ctx context.Context, call *providers.Call) (*providers.Result, error) {
	inst, err := h.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer h.release()
	c := &conversation{supervisor: h.supervisor, inst: inst, call: call, over: make(chan struct{})}
	result, err := c.run(ctx)
	if err == nil {
		h.worked()
	}
	return result, err
}

// conversation is the host's end of one call's stream.
type conversation struct {
	*supervisor
	inst *instance
	call *providers.Call
	over chan struct{} // closed when nothing more is read

	stream  grpc.BidiStreamingClient[pb.ExecuteRequest, pb.ExecuteResponse]
	sending sync.Mutex // a stream takes one sender at a time
}

func (c *conversation) run(ctx context.Context) (*providers.Result, error) {
	// The stream outlives the caller's context a little, so that the plugin can end the call in order.
	streamCtx, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	stream, err := c.inst.rpc.Execute(streamCtx)
	if err != nil {
		return nil, c.failure(ctx, c.inst, c.call.Capability, err)
	}
	c.stream = stream
	passed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { // costs nothing where nobody cancels
		defer close(passed)
		c.passCancelOn(ctx, abort)
	})
	defer func() {
		close(c.over)
		if !stop() {
			<-passed
		}
	}()

	err = c.send(&pb.ExecuteRequest{Message: &pb.ExecuteRequest_Start{Start: startToWire(ctx, c.call)}})
	if err != nil && !errors.Is(err, io.EOF) { // EOF says only that the stream is over; Recv says why
		tooLarge := errorFromStatus(err)
		tooLarge.Kind = providers.KindInvalidInput
		return nil, tooLarge
	}
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil, providers.Errorf(providers.KindInternal, "plugin %s ended %s without a result", c.spec.Name, c.call.Capability)
		}
		if err != nil {
			return nil, c.failure(ctx, c.inst, c.call.Capability, err)
		}
		switch m := m.GetMessage().(type) {
		case *pb.ExecuteResponse_Progress:
			if done := m.Progress.GetDone(); !math.IsNaN(done) {
				c.call.Progress(min(max(done, 0), 1), m.Progress.GetMessage())
			}
		case *pb.ExecuteResponse_Log:
			level, message, args := logFromWire(m.Log)
			c.call.Log(level, message, args...)
		case *pb.ExecuteResponse_Checkpoint:
			saved := c.call.SaveCheckpoint(ctx, m.Checkpoint.GetState())
			_ = c.send(&pb.ExecuteRequest{Message: &pb.ExecuteRequest_CheckpointAcknowledged{
				CheckpointAcknowledged: &pb.CheckpointAcknowledged{Id: m.Checkpoint.GetId(), Error: errorToWire(saved)},
			}})
		case *pb.ExecuteResponse_Result:
			return &providers.Result{
				Output: m.Result.GetOutput(), Cost: providers.Money(m.Result.GetCost()), Warnings: m.Result.GetWarnings(),
			}, nil
		case *pb.ExecuteResponse_Error:
			failed := errorFromWire(m.Error)
			if ctx.Err() != nil {
				return nil, providers.Charged(ctx.Err(), failed.Cost)
			}
			return nil, failed
		}
	}
}

// passCancelOn tells the plugin that the caller gave up, and breaks the stream when that does not
// end the call in time.
func (c *conversation) passCancelOn(ctx context.Context, abort context.CancelFunc) {
	// Runs beside Send, which waits when the plugin does not read.
	deadline := time.AfterFunc(c.pace.cancelGrace, func() {
		c.log.Warn("plugin did not end a cancelled call in time", "capability", c.call.Capability,
			"run", c.call.Run, "address", c.call.Address)
		abort()
	})
	defer deadline.Stop()
	_ = c.send(&pb.ExecuteRequest{Message: &pb.ExecuteRequest_Cancel{
		Cancel: &pb.Cancel{Reason: text(context.Cause(ctx).Error())},
	}})
	<-c.over
}

func (c *conversation) send(m *pb.ExecuteRequest) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	return c.stream.Send(m)
}

// deadlineSlack is what a plugin is given beyond the caller's deadline: the caller's own clock says that the
// time is up, and the plugin's only where the caller hangs.
const deadlineSlack = 250 * time.Millisecond

func startToWire(ctx context.Context, call *providers.Call) *pb.Start {
	start := &pb.Start{
		Capability: text(call.Capability), Input: call.Input, WorkDir: call.WorkDir,
		IdempotencyKey: text(call.IdempotencyKey), Attempt: int32(min(call.Attempt, 1<<30)), Checkpoint: call.Checkpoint,
		Secrets: call.Secrets, Run: text(call.Run), Address: text(call.Address),
	}
	if deadline, ok := ctx.Deadline(); ok {
		start.TimeoutMs = max(1, milliseconds(time.Until(deadline)+deadlineSlack))
	}
	return start
}
