// Package providerv1 is the wire contract between a Filmloom host and a provider plugin, generated
// from provider.proto. That file is the normative text: it says how a plugin process is started, what
// it must serve, and what each message means, for authors in any language.
//
// Go programs rarely need this package: package plugin speaks it on both sides.
//
//	conn, err := grpc.NewClient("unix:"+socket, …)
//	answer, err := providerv1.NewProviderClient(conn).Describe(ctx, &providerv1.DescribeRequest{})
//
// Promises: fields are added and never renumbered within v1. It holds no code written by hand.
package providerv1

//go:generate protoc --go_out=. --go_opt=paths=source_relative --go-grpc_out=. --go-grpc_opt=paths=source_relative provider.proto
