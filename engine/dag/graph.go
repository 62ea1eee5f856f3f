package dag

import (
	"slices"
	"strings"
)

// A Graph is a directed graph of named nodes. Make one with New.
type Graph struct {
	nodes        []string
	index        map[string]int
	dependencies map[string][]string
	dependents   map[string][]string
}

// New makes an empty graph.
func New() *Graph {
	return &Graph{index: map[string]int{}, dependencies: map[string][]string{}, dependents: map[string][]string{}}
}

// Add adds a node. Adding one that is there changes nothing.
func (g *Graph) Add(node string) {
	if _, ok := g.index[node]; !ok {
		g.index[node] = len(g.nodes)
		g.nodes = append(g.nodes, node)
	}
}

// Connect adds an edge: to depends on from. Nodes that are not there yet are added.
func (g *Graph) Connect(from, to string) {
	g.Add(from)
	g.Add(to)
	if slices.Contains(g.dependencies[to], from) {
		return
	}
	g.dependencies[to] = append(g.dependencies[to], from)
	g.dependents[from] = append(g.dependents[from], to)
}

// Dependencies lists what a node depends on directly.
func (g *Graph) Dependencies(node string) []string { return g.sorted(g.dependencies[node]) }

// Ancestors lists everything that a node depends on, directly or not; itself only when it is part of a
// cycle.
func (g *Graph) Ancestors(node string) []string { return g.reach(node, g.dependencies) }

// Descendants lists everything that depends on a node, directly or not; itself only when it is part of
// a cycle.
func (g *Graph) Descendants(node string) []string { return g.reach(node, g.dependents) }

func (g *Graph) reach(node string, edges map[string][]string) []string {
	seen := map[string]bool{}
	next := slices.Clone(edges[node])
	for len(next) > 0 {
		n := next[len(next)-1]
		next = next[:len(next)-1]
		if !seen[n] {
			seen[n] = true
			next = append(next, edges[n]...)
		}
	}
	var found []string
	for _, n := range g.nodes {
		if seen[n] {
			found = append(found, n)
		}
	}
	return found
}

func (g *Graph) sorted(nodes []string) []string {
	nodes = slices.Clone(nodes)
	slices.SortFunc(nodes, func(a, b string) int { return g.index[a] - g.index[b] })
	return nodes
}

// A CycleError says that nodes depend on each other.
type CycleError struct {
	Path []string // begins and ends with the same node; each depends on the one after it
}

func (e *CycleError) Error() string { return "cycle: " + strings.Join(e.Path, " -> ") }

// Order lists every node after all that it depends on; of several possible ones, always the one that
// was added first. The error is a *CycleError.
func (g *Graph) Order() ([]string, error) {
	missing := make([]int, len(g.nodes))
	ready := make([]int, 0, len(g.nodes)) // kept sorted: indices of nodes that may come next
	for i, n := range g.nodes {
		if missing[i] = len(g.dependencies[n]); missing[i] == 0 {
			ready = append(ready, i)
		}
	}
	order := make([]string, 0, len(g.nodes))
	for len(ready) > 0 {
		n := g.nodes[ready[0]]
		ready = ready[1:]
		order = append(order, n)
		for _, d := range g.dependents[n] {
			i := g.index[d]
			if missing[i]--; missing[i] == 0 {
				at, _ := slices.BinarySearch(ready, i)
				ready = slices.Insert(ready, at, i)
			}
		}
	}
	if len(order) < len(g.nodes) {
		return nil, &CycleError{g.cycle(order)}
	}
	return order, nil
}

// cycle finds one among the nodes that could not be ordered: each of those has a dependency among
// them, so following the first one must come back.
func (g *Graph) cycle(ordered []string) []string {
	done := map[string]bool{}
	for _, n := range ordered {
		done[n] = true
	}
	at := g.nodes[slices.IndexFunc(g.nodes, func(n string) bool { return !done[n] })]
	seen := map[string]int{}
	var path []string
	for {
		if from, again := seen[at]; again {
			return append(path[from:], at)
		}
		seen[at] = len(path)
		path = append(path, at)
		for _, d := range g.Dependencies(at) {
			if !done[d] {
				at = d
				break
			}
		}
	}
}
