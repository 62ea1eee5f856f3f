// Package artifacttest says in tests what every [artifact.Store] must do. An implementation's own tests
// call Run with a function that opens a new, empty store:
//
//	func TestStore(t *testing.T) {
//		artifacttest.Run(t, func(t *testing.T) artifact.Store { return openIn(t, t.TempDir()) })
//	}
package artifacttest
