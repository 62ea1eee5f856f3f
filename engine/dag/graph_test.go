package dag_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/engine/dag"
)

func TestOrderPutsDependenciesFirstAndKeepsTheOrderOfAdding(t *testing.T) {
	g := dag.New()
	for _, n := range []string{"film", "clips", "story", "images", "speech"} {
		g.Add(n)
	}
	g.Connect("story", "images")
	g.Connect("story", "speech")
	g.Connect("images", "clips")
	g.Connect("clips", "film")
	g.Connect("speech", "film")
	got, err := g.Order()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"story", "images", "clips", "speech", "film"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	if got, want := g.Ancestors("clips"), []string{"story", "images"}; !slices.Equal(got, want) {
		t.Errorf("ancestors %v, want %v", got, want)
	}
	if got, want := g.Descendants("images"), []string{"film", "clips"}; !slices.Equal(got, want) {
		t.Errorf("descendants %v, want %v", got, want)
	}
}

func TestOrderNamesACycle(t *testing.T) {
	g := dag.New()
	g.Connect("a", "b")
	g.Connect("b", "c")
	g.Connect("c", "d")
	g.Connect("d", "b")
	_, err := g.Order()
	var cycle *dag.CycleError
	if !errors.As(err, &cycle) {
		t.Fatalf("error %v, want a *CycleError", err)
	}
	if want := []string{"b", "d", "c", "b"}; !slices.Equal(cycle.Path, want) {
		t.Errorf("path %v, want %v", cycle.Path, want)
	}
}

func TestANodeThatDependsOnItselfIsACycle(t *testing.T) {
	g := dag.New()
	g.Connect("a", "a")
	if _, err := g.Order(); err == nil || err.Error() != "cycle: a -> a" {
		t.Errorf("error %v", err)
	}
}

// Every graph either has an order in which all dependencies come first, or a true cycle.
func TestOrderOrCycle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := dag.New()
		n := rapid.IntRange(1, 12).Draw(t, "nodes")
		for i := range n {
			g.Add(fmt.Sprint(i))
		}
		for range rapid.IntRange(0, 30).Draw(t, "edges") {
			node := rapid.IntRange(0, n-1)
			g.Connect(fmt.Sprint(node.Draw(t, "from")), fmt.Sprint(node.Draw(t, "to")))
		}
		order, err := g.Order()
		var cycle *dag.CycleError
		if errors.As(err, &cycle) {
			p := cycle.Path
			if len(p) < 2 || p[0] != p[len(p)-1] {
				t.Fatalf("path %v does not close", p)
			}
			for i := range p[:len(p)-1] {
				if !slices.Contains(g.Dependencies(p[i]), p[i+1]) {
					t.Fatalf("path %v: %s does not depend on %s", p, p[i], p[i+1])
				}
			}
			return
		}
		if len(order) != n {
			t.Fatalf("order %v misses nodes", order)
		}
		for i, node := range order {
			for _, d := range g.Dependencies(node) {
				if slices.Index(order, d) >= i {
					t.Fatalf("order %v: %s comes before %s", order, node, d)
				}
			}
		}
	})
}
