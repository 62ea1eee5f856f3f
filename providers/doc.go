// Package providers says what a provider is: one configured implementation of some capabilities.
//
// A capability is a named, typed operation such as "image.generate". A provider describes the
// capabilities it serves with schemas, is configured once, and then executes calls, many at a time.
// The same [Provider] runs in the engine's own process or behind gRPC in a plugin process (package
// plugin); neither the engine nor the provider's author sees a difference.
//
// An author writes typed functions and lets the schemas be derived from struct tags:
//
//	type Input struct {
//		Text string `json:"text" doc:"What to shout."`
//	}
//	type Output struct {
//		Text string `json:"text" doc:"The text in capitals."`
//	}
//	var Shout = providers.Capability[Input, Output]{
//		Name: "acme.shout", Description: "Says it louder.", Deterministic: true,
//	}
//
//	func New() providers.Provider {
//		return providers.New("acme", "1.0.0", providers.Handle(Shout,
//			func(ctx context.Context, call *providers.Call, in Input) (Output, error) {
//				return Output{Text: strings.ToUpper(in.Text)}, nil
//			}))
//	}
//
// Promises: values cross the boundary as JSON and are checked against the schemas on the way in and
// on the way out; media crosses as files named by path, never as message bytes; an error has a
// [Kind] that decides whether the engine tries again. This package does no I/O and starts nothing.
package providers
