package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/filmloom/filmloom/providers"
	pb "github.com/filmloom/filmloom/providers/proto"
)

// Launch gives the provider that a plugin serves. It fails when the executable cannot be found; the
// process itself starts with the first use, and a failure to start is an error of that use, of
// [providers.KindUnavailable]. The context bounds this call only.
//
// Shutdown of the provider waits for calls in flight and then ends the process; when its context ends
// first, the process is killed.
func Launch(ctx context.Context, spec Spec, o providers.OpenOptions) (providers.Provider, error) {
	h, err := launch(ctx, spec, o, usualPace)
	if err != nil {
		return nil, err
	}
	return h, nil
}

func launch(ctx context.Context, spec Spec, o providers.OpenOptions, pace pace) (*host, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	spec, err := spec.resolved()
	if err != nil {
		return nil, err
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	log = log.With("plugin", spec.Name)
	if o.Name != "" && o.Name != spec.Name {
		log = log.With("provider", o.Name)
	}
	return &host{
		supervisor: newSupervisor(spec, pace, log), describing: make(chan struct{}, 1), description: spec.Description,
	}, nil
}

// host is the provider as its host sees it.
type host struct {
	*supervisor

	describing  chan struct{} // holds one token while description is read or asked for
	description *providers.Description
}

var _ providers.Provider = (*host)(nil)

// Describe answers from memory once the plugin has answered.
func (h *host) Describe(ctx context.Context) (providers.Description, error) {
	select {
	case h.describing <- struct{}{}:
		defer func() { <-h.describing }()
	case <-ctx.Done():
		return providers.Description{}, ctx.Err()
	}
	if h.description != nil {
		return *h.description, nil
	}
	var d providers.Description
	err := h.ask(ctx, "describing itself", func(rpc pb.ProviderClient) (*pb.Error, error) {
		answer, err := rpc.Describe(ctx, &pb.DescribeRequest{})
		if err != nil || answer.GetError() != nil {
			return answer.GetError(), err
		}
		if d, err = descriptionFromWire(answer.GetDescription()); err != nil {
			return nil, providers.Errorf(providers.KindInternal, "plugin %s gives a description that cannot be used: %w", h.spec.Name, err)
		}
		return nil, nil
	})
	if err != nil {
		return providers.Description{}, err
	}
	h.description = &d
	return d, nil
}

// Configure configures the plugin, and keeps the configuration for processes to come.
func (h *host) Configure(ctx context.Context, config json.RawMessage) (providers.Configured, error) {
	var c providers.Configured
	err := h.ask(ctx, "its configuration", func(rpc pb.ProviderClient) (*pb.Error, error) {
		answer, err := rpc.Configure(ctx, &pb.ConfigureRequest{Config: config})
		c = configuredFromWire(answer.GetConfigured())
		return answer.GetError(), err
	})
	if err != nil {
		return providers.Configured{}, err
	}
	h.mu.Lock()
	h.config = &configuration{raw: config, ready: c.Ready, cacheVersion: c.CacheVersion}
	h.mu.Unlock()
	return c, nil
}

// Estimate asks the plugin.
func (h *host) Estimate(ctx context.Context, q providers.EstimateQuery) (providers.Estimate, error) {
	var e providers.Estimate
	err := h.ask(ctx, "an estimate", func(rpc pb.ProviderClient) (*pb.Error, error) {
		answer, err := rpc.Estimate(ctx, &pb.EstimateRequest{Capability: q.Capability, Input: q.Input, Unknown: q.Unknown})
		e = estimateFromWire(answer.GetEstimate())
		return answer.GetError(), err
	})
	if err != nil {
		return providers.Estimate{}, err
	}
	return e, nil
}

// Shutdown drains and stops the plugin. Calls that come later fail.
func (h *host) Shutdown(ctx context.Context) error { return h.close(ctx) }

// ask performs a short exchange.
func (h *host) ask(ctx context.Context, what string, fn func(pb.ProviderClient) (*pb.Error, error)) error {
	inst, err := h.acquire(ctx)
	if err != nil {
		return err
	}
	defer h.release()
	failed, err := fn(inst.rpc)
	if err != nil {
		return h.failure(ctx, inst, what, err)
	}
	if failed != nil {
		return errorFromWire(failed)
	}
	return nil
}

// failure says what an error of the connection means: the caller gave up, the plugin died, or the
// plugin answered with a status.
func (s *supervisor) failure(ctx context.Context, inst *instance, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, isStatus := status.FromError(err); !isStatus {
		return err
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.Canceled, codes.Internal, codes.Unknown:
		// Either the plugin itself answered so, or its connection broke: then news of that, and of its
		// death, is on the way.
		select {
		case <-inst.dead:
			return s.crashed(inst, what)
		case <-inst.cut:
			<-inst.dead // its watcher sees to that
			return s.crashed(inst, what)
		case <-time.After(200 * time.Millisecond):
		}
	}
	return errorFromStatus(err)
}

func (s *supervisor) crashed(inst *instance, what string) error {
	return &providers.Error{
		Kind:    providers.KindCrashed,
		Message: fmt.Sprintf("plugin %s died during %s: %s", s.spec.Name, what, inst.epitaph()),
	}
}
