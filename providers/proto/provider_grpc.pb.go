// filmloom.provider.v1 is the contract between a Filmloom host and a provider plugin. This file is
// the normative text; the Go types of package providers mirror it. `filmloom plugin test` tries out
// what it asks of a plugin.
//
// THE PROCESS. The host starts the plugin's executable and speaks gRPC with it over the handshake of
// HashiCorp's go-plugin, core protocol 1, application protocol 1, plugin name "provider":
//
//   - The environment holds FILMLOOM_PLUGIN=filmloom.provider.v1 (the magic cookie). A program that
//     does not find it was started by hand: it says so and exits.
//   - PLUGIN_PROTOCOL_VERSIONS lists the application protocols that the host speaks, separated by
//     commas. A plugin that speaks several uses the highest that is in the list.
//   - The plugin listens on a Unix socket in the directory PLUGIN_UNIX_SOCKET_DIR and writes one line
//     to standard output, the first and only thing it may write there before:
//     1|1|unix|SOCKET|grpc|CERTIFICATE
//     The line comes within the host's patience, 30 seconds unless it was told otherwise. What comes on
//     standard output later is no more than a hint for debugging.
//     CERTIFICATE is the base64 (standard alphabet, no padding) of the DER of a fresh self-signed
//     certificate for "localhost" when PLUGIN_CLIENT_CERT is set; the plugin then serves TLS 1.2 or newer
//     with it and requires the client certificate given in that variable (PEM). It is empty otherwise,
//     and the connection is not encrypted.
//   - It serves this service, grpc.health.v1.Health (service "plugin": SERVING), and
//     plugin.GRPCController, whose Shutdown ends the process. The host asks for the health once at the
//     start and every ten seconds; of a plugin that does not answer six times in a row it ends the process.
//     Any answer will do but the statuses UNAVAILABLE, CANCELLED and DEADLINE_EXCEEDED. UNIMPLEMENTED is a
//     good answer to plugin.GRPCStdio and plugin.GRPCBroker, which the host may call.
//   - There is one connection for the life of the process. When it ends, the calls in it are lost and the
//     host ends the process.
//   - Standard error is the plugin's log, in lines; one over 16 KiB comes in pieces. A line that is a JSON
//     object with the strings "level" and "msg" becomes a structured record, its other members but "time"
//     are the record's attributes; any other line is taken as it is. Standard input is empty.
//   - FILMLOOM_LIFELINE_FD, when set, is the number of an inherited descriptor to read from. Bytes
//     read there mean nothing to a plugin; the end of the file means that the host is gone. The
//     plugin must then kill its process group (it leads one) and so everything that it started. What
//     it starts must stay in that group and must not inherit the descriptor. Until then it ignores
//     SIGTERM, which a service manager that stops the whole server sends to every process; the host ends
//     the plugin in order. (FILMLOOM_LIFELINE_NONCE is what the first bytes are: a program that is a host
//     as well can tell by it that it is meant to be a plugin now.)
//   - The environment is what the host allows; no variable is inherited by right. The working directory
//     is the host's.
//
// VALUES travel as JSON (RFC 8259, UTF-8) in fields of type bytes. Numbers may be of any precision; a
// whole number such as a seed must not lose digits on its way. A file is the object {"sha256", "size",
// "media_type", "name", "path"}: in an input every member is set, path is absolute and its file must not be
// written to; in an output the plugin sets path (inside Start.work_dir, absolute or relative to it) and
// media_type, and may set name, while the host computes sha256 and size. The file must be a regular one, no
// link, not reached through a link, without a second name. A file of the input is passed on as its object
// without path. Media never travels in a message. A message is at most 64 MiB in either direction; most
// libraries must be told so.
//
// Whatever the host sends conforms to the plugin's own schemas: types, allowed values and bounds, defaults
// filled in. A plugin may rely on that as long as it answers with invalid_input, and does not end, when an
// input is no JSON object. Whatever a plugin sends is checked against its schemas: an output with an attribute
// that the schema has not, or without a required one, makes the call fail as internal.
//
// LIFE. Describe may be called at any time. Configure is called once before anything else; a
// fresh process is configured again with the same bytes. Then Estimate and Execute are called
// concurrently, as many at a time as there is work, unless the owner limits that. Shutdown is called once
// after the last call returned; then the controller's Shutdown, and what is left of the process group is
// killed, at the latest ten seconds after the first of the two.
//
// FAILURES are reported as Error in an answer; the RPC itself then ends with OK. A plugin may end an RPC with
// a gRPC status instead, which is read so: INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE, NOT_FOUND =
// invalid_input; UNAUTHENTICATED, PERMISSION_DENIED = unauthorized; RESOURCE_EXHAUSTED = rate_limited;
// UNAVAILABLE, ABORTED = unavailable; DEADLINE_EXCEEDED = timeout; all others = internal. When the process
// ends or the connection breaks, every call in it fails as crashed.
//
// COMPATIBILITY. Within v1, fields, messages, values of enums and methods are added; none is renumbered,
// removed, or given another meaning. Both sides ignore fields and members of a oneof that they do not know.
// What is missing has the value that its comment gives to zero, so a newer host works with an older plugin
// and the other way round. A host takes UNIMPLEMENTED from a method that was added later. What cannot be said
// so becomes filmloom.provider.v2, application protocol 2, which a program may serve beside v1.

// Code generated by protoc-gen-go-grpc. DO NOT EDIT.
// versions:
// - protoc-gen-go-grpc v1.6.2
// - protoc             v3.21.12
// source: provider.proto

package providerv1

import (
	context "context"
	grpc "google.golang.org/grpc"
	codes "google.golang.org/grpc/codes"
	status "google.golang.org/grpc/status"
)

// This is a compile-time assertion to ensure that this generated file
// is compatible with the grpc package it is being compiled against.
// Requires gRPC-Go v1.64.0 or later.
const _ = grpc.SupportPackageIsVersion9

const (
	Provider_Describe_FullMethodName  = "/filmloom.provider.v1.Provider/Describe"
	Provider_Configure_FullMethodName = "/filmloom.provider.v1.Provider/Configure"
	Provider_Estimate_FullMethodName  = "/filmloom.provider.v1.Provider/Estimate"
	Provider_Execute_FullMethodName   = "/filmloom.provider.v1.Provider/Execute"
	Provider_Shutdown_FullMethodName  = "/filmloom.provider.v1.Provider/Shutdown"
)

// ProviderClient is the client API for Provider service.
//
// For semantics around ctx use and closing/ending streaming RPCs, please refer to https://pkg.go.dev/google.golang.org/grpc/?tab=doc#ClientConn.NewStream.
//
// Provider is what a plugin serves.
type ProviderClient interface {
	// Describe names the provider and its capabilities. It is cheap, depends on no configuration and
	// always gives the same answer. A host may keep the answer for as long as the executable stays the same.
	Describe(ctx context.Context, in *DescribeRequest, opts ...grpc.CallOption) (*DescribeResponse, error)
	// Configure takes the configuration and checks that the provider can work, without paid work. The host
	// waits a minute for it.
	Configure(ctx context.Context, in *ConfigureRequest, opts ...grpc.CallOption) (*ConfigureResponse, error)
	// Estimate says what a call may cost and take. It is quick, costs nothing, and answers with an empty
	// estimate where it cannot tell.
	Estimate(ctx context.Context, in *EstimateRequest, opts ...grpc.CallOption) (*EstimateResponse, error)
	// Execute performs one call. The host's first message is start; after it come an acknowledgement for each
	// checkpoint, and cancel at most once. The host does not close its side before the call is over. The
	// plugin sends progress, log and checkpoint in any order and number, and as its last message exactly one
	// result or error, after which it ends the stream with OK. What comes after that is not read; a stream that
	// ends without either is a failure of kind internal. When the host sends cancel, when the time is over, or
	// when the stream breaks, the call must end within a second and leave no process behind; a host breaks the
	// stream of one that has not ended two seconds after cancel.
	Execute(ctx context.Context, opts ...grpc.CallOption) (grpc.BidiStreamingClient[ExecuteRequest, ExecuteResponse], error)
	// Shutdown releases what the provider holds. No call comes after it.
	Shutdown(ctx context.Context, in *ShutdownRequest, opts ...grpc.CallOption) (*ShutdownResponse, error)
}

type providerClient struct {
	cc grpc.ClientConnInterface
}

func NewProviderClient(cc grpc.ClientConnInterface) ProviderClient {
	return &providerClient{cc}
}

func (c *providerClient) Describe(ctx context.Context, in *DescribeRequest, opts ...grpc.CallOption) (*DescribeResponse, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(DescribeResponse)
	err := c.cc.Invoke(ctx, Provider_Describe_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *providerClient) Configure(ctx context.Context, in *ConfigureRequest, opts ...grpc.CallOption) (*ConfigureResponse, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(ConfigureResponse)
	err := c.cc.Invoke(ctx, Provider_Configure_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *providerClient) Estimate(ctx context.Context, in *EstimateRequest, opts ...grpc.CallOption) (*EstimateResponse, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(EstimateResponse)
	err := c.cc.Invoke(ctx, Provider_Estimate_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *providerClient) Execute(ctx context.Context, opts ...grpc.CallOption) (grpc.BidiStreamingClient[ExecuteRequest, ExecuteResponse], error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	stream, err := c.cc.NewStream(ctx, &Provider_ServiceDesc.Streams[0], Provider_Execute_FullMethodName, cOpts...)
	if err != nil {
		return nil, err
	}
	x := &grpc.GenericClientStream[ExecuteRequest, ExecuteResponse]{ClientStream: stream}
	return x, nil
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
type Provider_ExecuteClient = grpc.BidiStreamingClient[ExecuteRequest, ExecuteResponse]

func (c *providerClient) Shutdown(ctx context.Context, in *ShutdownRequest, opts ...grpc.CallOption) (*ShutdownResponse, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(ShutdownResponse)
	err := c.cc.Invoke(ctx, Provider_Shutdown_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ProviderServer is the server API for Provider service.
// All implementations must embed UnimplementedProviderServer
// for forward compatibility.
//
// Provider is what a plugin serves.
type ProviderServer interface {
	// Describe names the provider and its capabilities. It is cheap, depends on no configuration and
	// always gives the same answer. A host may keep the answer for as long as the executable stays the same.
	Describe(context.Context, *DescribeRequest) (*DescribeResponse, error)
	// Configure takes the configuration and checks that the provider can work, without paid work. The host
	// waits a minute for it.
	Configure(context.Context, *ConfigureRequest) (*ConfigureResponse, error)
	// Estimate says what a call may cost and take. It is quick, costs nothing, and answers with an empty
	// estimate where it cannot tell.
	Estimate(context.Context, *EstimateRequest) (*EstimateResponse, error)
	// Execute performs one call. The host's first message is start; after it come an acknowledgement for each
	// checkpoint, and cancel at most once. The host does not close its side before the call is over. The
	// plugin sends progress, log and checkpoint in any order and number, and as its last message exactly one
	// result or error, after which it ends the stream with OK. What comes after that is not read; a stream that
	// ends without either is a failure of kind internal. When the host sends cancel, when the time is over, or
	// when the stream breaks, the call must end within a second and leave no process behind; a host breaks the
	// stream of one that has not ended two seconds after cancel.
	Execute(grpc.BidiStreamingServer[ExecuteRequest, ExecuteResponse]) error
	// Shutdown releases what the provider holds. No call comes after it.
	Shutdown(context.Context, *ShutdownRequest) (*ShutdownResponse, error)
	mustEmbedUnimplementedProviderServer()
}

// UnimplementedProviderServer must be embedded to have
// forward compatible implementations.
//
// NOTE: this should be embedded by value instead of pointer to avoid a nil
// pointer dereference when methods are called.
type UnimplementedProviderServer struct{}

func (UnimplementedProviderServer) Describe(context.Context, *DescribeRequest) (*DescribeResponse, error) {
	return nil, status.Error(codes.Unimplemented, "method Describe not implemented")
}
func (UnimplementedProviderServer) Configure(context.Context, *ConfigureRequest) (*ConfigureResponse, error) {
	return nil, status.Error(codes.Unimplemented, "method Configure not implemented")
}
func (UnimplementedProviderServer) Estimate(context.Context, *EstimateRequest) (*EstimateResponse, error) {
	return nil, status.Error(codes.Unimplemented, "method Estimate not implemented")
}
func (UnimplementedProviderServer) Execute(grpc.BidiStreamingServer[ExecuteRequest, ExecuteResponse]) error {
	return status.Error(codes.Unimplemented, "method Execute not implemented")
}
func (UnimplementedProviderServer) Shutdown(context.Context, *ShutdownRequest) (*ShutdownResponse, error) {
	return nil, status.Error(codes.Unimplemented, "method Shutdown not implemented")
}
func (UnimplementedProviderServer) mustEmbedUnimplementedProviderServer() {}
func (UnimplementedProviderServer) testEmbeddedByValue()                  {}

// UnsafeProviderServer may be embedded to opt out of forward compatibility for this service.
// Use of this interface is not recommended, as added methods to ProviderServer will
// result in compilation errors.
type UnsafeProviderServer interface {
	mustEmbedUnimplementedProviderServer()
}

func RegisterProviderServer(s grpc.ServiceRegistrar, srv ProviderServer) {
	// If the following call panics, it indicates UnimplementedProviderServer was
	// embedded by pointer and is nil.  This will cause panics if an
	// unimplemented method is ever invoked, so we test this at initialization
	// time to prevent it from happening at runtime later due to I/O.
	if t, ok := srv.(interface{ testEmbeddedByValue() }); ok {
		t.testEmbeddedByValue()
	}
	s.RegisterService(&Provider_ServiceDesc, srv)
}

func _Provider_Describe_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(DescribeRequest)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(ProviderServer).Describe(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Provider_Describe_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(ProviderServer).Describe(ctx, req.(*DescribeRequest))
	}
	return interceptor(ctx, in, info, handler)
}

func _Provider_Configure_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(ConfigureRequest)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(ProviderServer).Configure(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Provider_Configure_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(ProviderServer).Configure(ctx, req.(*ConfigureRequest))
	}
	return interceptor(ctx, in, info, handler)
}

func _Provider_Estimate_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(EstimateRequest)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(ProviderServer).Estimate(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Provider_Estimate_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(ProviderServer).Estimate(ctx, req.(*EstimateRequest))
	}
	return interceptor(ctx, in, info, handler)
}

func _Provider_Execute_Handler(srv interface{}, stream grpc.ServerStream) error {
	return srv.(ProviderServer).Execute(&grpc.GenericServerStream[ExecuteRequest, ExecuteResponse]{ServerStream: stream})
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
type Provider_ExecuteServer = grpc.BidiStreamingServer[ExecuteRequest, ExecuteResponse]

func _Provider_Shutdown_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(ShutdownRequest)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(ProviderServer).Shutdown(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Provider_Shutdown_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(ProviderServer).Shutdown(ctx, req.(*ShutdownRequest))
	}
	return interceptor(ctx, in, info, handler)
}

// Provider_ServiceDesc is the grpc.ServiceDesc for Provider service.
// It's only intended for direct use with grpc.RegisterService,
// and not to be introspected or modified (even as a copy)
var Provider_ServiceDesc = grpc.ServiceDesc{
	ServiceName: "filmloom.provider.v1.Provider",
	HandlerType: (*ProviderServer)(nil),
	Methods: []grpc.MethodDesc{
		{
			MethodName: "Describe",
			Handler:    _Provider_Describe_Handler,
		},
		{
			MethodName: "Configure",
			Handler:    _Provider_Configure_Handler,
		},
		{
			MethodName: "Estimate",
			Handler:    _Provider_Estimate_Handler,
		},
		{
			MethodName: "Shutdown",
			Handler:    _Provider_Shutdown_Handler,
		},
	},
	Streams: []grpc.StreamDesc{
		{
			StreamName:    "Execute",
			Handler:       _Provider_Execute_Handler,
			ServerStreams: true,
			ClientStreams: true,
		},
	},
	Metadata: "provider.proto",
}
