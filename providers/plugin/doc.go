// Package plugin runs providers in processes of their own: [Serve] for a plugin's author, [Launch]
// and [Commands] for a host.
//
// An author's whole program:
//
//	func main() {
//		plugin.Serve(providers.New("acme", "1.0.0", providers.Handle(film.ImageGenerate, generate)))
//	}
//
// A host gets back the same interface that it would call in its own process:
//
//	p, err := plugin.Launch(ctx, plugin.Spec{Command: []string{"./acme-plugin"}}, providers.OpenOptions{})
//	configured, err := p.Configure(ctx, config)
//	result, err := p.Execute(ctx, call)
//
// Promises:
//   - The process starts on first use, and again after a crash, with a growing wait between starts; it
//     is configured again by itself. A crash fails only the calls in flight, with
//     [providers.KindCrashed] and the plugin's last words.
//   - A plugin and what it started die with the host, even when the host is killed.
//   - A plugin inherits no environment variable but those that are named in the documentation of [Spec].
//   - The wire is private: a socket in a directory of mode 0700, and mutual TLS unless turned off.
//   - A cancelled context reaches the handler's context at once.
//   - [StatsOf] and [StatsOfAll] tell at any time which process serves, how often it was started, and what it uses.
//
// The package never looks into values: it passes JSON on, and whoever calls the provider checks it
// against the schemas. The wire contract is providers/proto/provider.proto.
package plugin
