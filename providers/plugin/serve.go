package plugin

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/filmloom/filmloom/providers"
	pb "github.com/filmloom/filmloom/providers/proto"
)

// Serve serves a provider to the host that started this process, and ends the process when the host
// is done with it; it never returns. Call it as the last thing in main.
//
// A program that was started by hand prints a sentence that says so and exits with status 1. The
// default logger of [slog] goes to the host's log. When the host dies, this process and everything
// in its process group is killed: a provider starts its tools in that group (the default).
func Serve(p providers.Provider) {
	if os.Getenv(cookieKey) != cookieValue {
		fmt.Fprintln(os.Stderr, byHand(p))
		os.Exit(1)
	}
	watchLifeline()
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})))
	encryption, certificate, err := pluginTLS()
	if err == nil && certificate != "" {
		err = completeHandshake(certificate)
	}
	if err != nil {
		slog.Error("plugin cannot encrypt its connection", "error", err)
		os.Exit(1)
	}
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: handshake(),
		TLSProvider:     func() (*tls.Config, error) { return encryption, nil },
		Plugins:         goplugin.PluginSet{serviceName: &grpcPlugin{provider: p}},
		Logger:          hclog.NewNullLogger(),
		GRPCServer: func(o []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(o, grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage))...)
		},
	})
	os.Exit(0)
}

// byHand tells a person who started a plugin how it is meant to be used.
func byHand(p providers.Provider) string {
	name := filepath.Base(os.Args[0])
	if d, err := p.Describe(context.Background()); err == nil {
		name = d.Name
	}
	command, _ := json.Marshal(os.Args) // cannot fail
	return fmt.Sprintf("This is the Filmloom plugin %s, which filmloom starts by itself: name it in a pipeline file as "+
		"plugin %q { command = %s }.", name, name, strings.ReplaceAll(string(command), `","`, `", "`))
}

// grpcPlugin joins the service to go-plugin, on both sides.
type grpcPlugin struct {
	goplugin.NetRPCUnsupportedPlugin
	provider providers.Provider
}

func (g *grpcPlugin) GRPCServer(_ *goplugin.GRPCBroker, s *grpc.Server) error {
	pb.RegisterProviderServer(s, &service{provider: g.provider})
	return nil
}

func (g *grpcPlugin) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return pb.NewProviderClient(conn), nil
}

// service answers the host with a provider.
type service struct {
	pb.UnimplementedProviderServer
	provider providers.Provider
}

// caught runs one method of the provider; a panic becomes an error.
func caught(what string, fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			slog.Error("provider panicked", "in", what, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = providers.Errorf(providers.KindInternal, "the provider panicked in %s: %v", what, r)
		}
	}()
	return fn()
}

func (s *service) Describe(ctx context.Context, _ *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	var out *pb.Description
	err := caught("Describe", func() error {
		d, err := s.provider.Describe(ctx)
		if err != nil {
			return err
		}
		out, err = descriptionToWire(d)
		return err
	})
	return &pb.DescribeResponse{Description: out, Error: errorToWire(err)}, nil
}

func (s *service) Configure(ctx context.Context, r *pb.ConfigureRequest) (*pb.ConfigureResponse, error) {
	var out *pb.Configured
	err := caught("Configure", func() error {
		c, err := s.provider.Configure(ctx, r.GetConfig())
		out = configuredToWire(c)
		return err
	})
	return &pb.ConfigureResponse{Configured: out, Error: errorToWire(err)}, nil
}

func (s *service) Estimate(ctx context.Context, r *pb.EstimateRequest) (*pb.EstimateResponse, error) {
	var out *pb.Estimate
	err := caught("Estimate", func() error {
		e, err := s.provider.Estimate(ctx, providers.EstimateQuery{
			Capability: r.GetCapability(), Input: r.GetInput(), Unknown: r.GetUnknown(),
		})
		out = estimateToWire(e)
		return err
	})
	return &pb.EstimateResponse{Estimate: out, Error: errorToWire(err)}, nil
}

func (s *service) Shutdown(ctx context.Context, _ *pb.ShutdownRequest) (*pb.ShutdownResponse, error) {
	err := caught("Shutdown", func() error { return s.provider.Shutdown(ctx) })
	return &pb.ShutdownResponse{Error: errorToWire(err)}, nil
}

func (s *service) Execute(stream grpc.BidiStreamingServer[pb.ExecuteRequest, pb.ExecuteResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	start := first.GetStart()
	if start == nil {
		return errors.New("the first message of a call must be start")
	}
	ctx, cancel := callContext(stream.Context(), start)
	defer cancel()
	reports := newReports(stream)
	// Ends with the stream, which ends when this method returns.
	go reports.listen(cancel)

	call := callFromWire(start)
	call.Report = reports
	var result *providers.Result
	err = caught(call.Capability, func() error {
		result, err = s.provider.Execute(ctx, call)
		return err
	})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
		late := providers.Errorf(providers.KindTimeout, "%s was not done in its time: %w", call.Capability, err)
		err = providers.Charged(late, providers.AsError(err).Cost)
	}
	if err == nil && result == nil {
		err = providers.Errorf(providers.KindInternal, "the provider returned neither a result nor an error for %s", call.Capability)
	}
	if err != nil {
		return reports.send(&pb.ExecuteResponse{Message: &pb.ExecuteResponse_Error{Error: errorToWire(err)}})
	}
	return reports.send(&pb.ExecuteResponse{Message: &pb.ExecuteResponse_Result{Result: &pb.Result{
		Output: result.Output, Cost: int64(result.Cost), Warnings: texts(result.Warnings),
	}}})
}
