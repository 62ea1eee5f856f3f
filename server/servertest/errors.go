package servertest

import (
	"slices"
	"strings"
)

// needsCaller tells whether an operation is for those who are known. One that takes a session and no key looks at it by
// itself.
func (op Operation) needsCaller() bool {
	return op.Security == nil || slices.ContainsFunc(*op.Security, func(one map[string][]string) bool { return one["apiKey"] != nil })
}

// usual are the statuses that an operation may answer with because of what it is. A path of one that is answered 404
// names what may be nothing, which the operation's own errors tell.
func (api API) usual(where string, op Operation) []string {
	all := []string{api.Invalid, "500"}
	if op.needsCaller() {
		all = append(all, "401", "403", "429", "503")
	}
	if op.RequestBody != nil {
		all = append(all, "413", "415")
	}
	if op.RequestBody != nil || op.keyed(where) {
		all = append(all, "408")
	}
	if op.keyed(where) {
		all = append(all, "409")
	}
	return all
}

// keyed tells whether an operation is carried out once for each Idempotency-Key.
func (op Operation) keyed(where string) bool {
	return op.needsCaller() && strings.HasPrefix(where, "POST ")
}

// checkErrors checks that the errors of an operation are those that it can answer with, each with an example.
func (s *Server) checkErrors(api API, where string, op Operation) {
	s.t.Helper()
	want := slices.Clone(api.Own[op.ID])
	for _, status := range api.usual(where, op) {
		for _, text := range api.Usual[status] {
			want = append(want, status+" "+text)
		}
	}
	var got []string
	for status, r := range op.Responses {
		if status < "4" {
			continue
		}
		body := r.Content["application/json"]
		if r.Description == "" || len(body.Examples) == 0 {
			s.t.Errorf("%s: %s has no example", where, status)
		}
		if body.Schema == nil || body.Schema.Ref != "#/components/schemas/"+api.Failure {
			s.t.Errorf("%s: %s is no %s", where, status, api.Failure)
		}
		for _, e := range body.Examples {
			got = append(got, status+" "+api.Text(e.Value))
		}
	}
	if strings.Contains(where, "{") && !slices.ContainsFunc(want, func(w string) bool { return strings.HasPrefix(w, "404 ") }) {
		s.t.Errorf("%s: nothing is said of what there is not", where)
	}
	for _, e := range got {
		if !slices.ContainsFunc(want, func(w string) bool { return strings.HasPrefix(e, w) }) {
			s.t.Errorf("%s never answers %s", where, e)
		}
	}
	for _, w := range want {
		if !slices.ContainsFunc(got, func(e string) bool { return strings.HasPrefix(e, w) }) {
			s.t.Errorf("%s: no example of %s", where, w)
		}
	}
}
