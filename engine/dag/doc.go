// Package dag is the pure graph: nodes, edges, order, cycles. It knows no pipelines, no plugins and no
// time, does no I/O and starts nothing.
//
//	g := dag.New()
//	g.Connect("story", "images") // images depends on story
//	order, err := g.Order()      // [story images]
//
// Every answer is in the order in which nodes were added, so the same graph always gives the same
// answer. A graph is not safe for concurrent changes.
package dag
