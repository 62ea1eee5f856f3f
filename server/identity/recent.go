package identity

// A recent is a map that forgets: it holds the entries put last, at least most of them and at most twice as
// many. It is not for concurrent use.
type recent[K comparable, V any] struct {
	most       int
	young, old map[K]V
}

func newRecent[K comparable, V any](most int) recent[K, V] {
	return recent[K, V]{most: most, young: map[K]V{}}
}

// get finds a value. When it is fading, only another put keeps it for long.
func (r *recent[K, V]) get(k K) (v V, ok, fading bool) {
	if v, ok = r.young[k]; ok {
		return v, true, false
	}
	v, ok = r.old[k]
	return v, ok, ok
}

func (r *recent[K, V]) put(k K, v V) {
	if _, ok := r.young[k]; !ok && len(r.young) >= r.most {
		r.old, r.young = r.young, make(map[K]V, r.most)
	}
	r.young[k] = v
}

func (r *recent[K, V]) clear() { r.young, r.old = map[K]V{}, nil }
