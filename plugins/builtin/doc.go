// Package builtin is the set of plugins that come with Filmloom, as sources of providers in three
// ways: [InProcess] runs them in this process, [Plugins] each as this program again in a process of
// its own, [PluginsFrom] as processes of an installed filmloom.
//
//	func main() {
//		builtin.Main() // needed for Plugins; returns at once in the program itself
//		eng, err := engine.Open(ctx, engine.Config{Providers: builtin.Plugins()})
//		…
//	}
//
// Promises: the names and their order are the same in all three ways. With Plugins no other version
// than that of this program ever answers, even when its file is replaced meanwhile (on Linux), and
// Describe starts no process.
//
// It is the only package that imports plugins/*; what imports this one links them all.
package builtin
