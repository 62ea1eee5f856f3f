// Package providertest is the conformance suite of providers: what every provider and every plugin must
// do, in whatever language it is written, tried out.
//
// In the tests of a provider:
//
//	func TestConformance(t *testing.T) {
//		providertest.Run(t, func() (providers.Provider, error) { return acme.New(), nil }, providertest.Options{
//			Inputs: map[string]json.RawMessage{"acme.shout": []byte(`{"text": "hey"}`)},
//		})
//	}
//
// Of a plugin's executable, and without a test:
//
//	report := providertest.Check(ctx, providertest.Command(plugin.Spec{Command: []string{"./acme"}}), providertest.Options{})
//
// which is what `filmloom plugin test ./acme` prints. A program that checks commands begins with [HostMain],
// so that it can be the host that is killed.
//
// # Which capabilities are called
//
// A capability is called when there is an input for it and the call costs nothing. The input is the one in
// Options.Inputs; without one it is made from the schema: defaults, the first allowed value, numbers within
// their bounds, a plain sentence for a text. Where a required attribute is a file it cannot be made. A
// provider that refuses an input that was made is not blamed for it.
//
// A call is free when the estimate for its very input has no cost. No estimate means "not known", so where a
// secret is configured, and somebody could be charged, the call counts as one that may cost. Options.Paid
// allows those: about eight calls for each capability, where free ones take about twenty.
//
// Promises: a check never stops the ones after it, also when the provider panics, hangs or dies; nothing is
// written but into temporary directories, which are removed; every process that was started has ended when
// Check returns. It does not judge what a result looks or sounds like.
package providertest
