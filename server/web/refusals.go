package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/idempotency"
)

// DocumentOperation describes an operation: its errors as the API words them, each with an example, and the headers.
func (a *API) DocumentOperation(op *huma.Operation) {
	if op.Hidden {
		return
	}
	doc := a.OpenAPI()
	delete(doc.Components.Schemas.Map(), "Placeholder")
	maps.DeleteFunc(op.Responses, func(status string, _ *huma.Response) bool {
		code, err := strconv.Atoi(status)
		return err != nil || code >= http.StatusBadRequest
	})
	if op.RequestBody != nil {
		if form := op.RequestBody.Content[formURLEncoded]; form != nil {
			op.RequestBody.Content[formMultipart] = form
		}
	}
	for _, f := range append(a.usual(op), a.conf.Dialect.Refusals(op)...) {
		a.exemplify(op, f)
	}
	for _, code := range op.Errors {
		if op.Responses[strconv.Itoa(code)] == nil && code != http.StatusUnprocessableEntity { // which Huma adds
			panic(fmt.Sprintf("%s answers %d, and none of its refusals does", op.OperationID, code))
		}
	}
	a.headers(op)
	shown := *op
	if op.Metadata[sessionKey] == true {
		shown.Security = []map[string][]string{{schemeBearer: {}}, {schemeLogin: {}}}
	}
	doc.AddOperation(&shown)
}

// exemplify adds the answer to a fault to an operation's, under the fault's code. Of two that have one body, the
// document needs one only.
func (a *API) exemplify(op *huma.Operation, f *Fault) {
	code, body := a.conf.Dialect.Answer(f)
	status, t := strconv.Itoa(code), reflect.TypeOf(body)
	if op.Responses[status] == nil {
		op.Responses[status] = &huma.Response{
			Description: http.StatusText(code),
			Content: map[string]*huma.MediaType{jsonType: {
				Schema: a.OpenAPI().Components.Schemas.Schema(t, true, t.Name()), Examples: map[string]*huma.Example{},
			}},
		}
	}
	examples := op.Responses[status].Content[jsonType].Examples
	first := strings.ToLower(string(f.Code))
	for name, n := first, 2; ; name, n = first+"_"+strconv.Itoa(n), n+1 {
		if examples[name] == nil {
			examples[name] = &huma.Example{Value: body}
			return
		}
		if reflect.DeepEqual(examples[name].Value, body) {
			return
		}
	}
}

// usual are the faults that an operation can answer with because of what it takes and who may call it.
func (a *API) usual(op *huma.Operation) []*Fault {
	all := []*Fault{a.misfit(op), inside()}
	if len(op.Security) > 0 {
		all = append(all, Unauthorized(CodeUnauthenticated), Unauthorized(CodeBadKey), Unauthorized(CodeBadToken),
			outOfScope(scopeOf(op.Method)), tooMany(20, 60), anonymous())
	}
	if op.RequestBody != nil || a.keyed(op) { // whose body is read to compare it
		all = append(all, unread(op.MaxBodyBytes-1, http.StatusRequestTimeout, nil))
	}
	if op.RequestBody != nil {
		all = append(all, unread(op.MaxBodyBytes-1, http.StatusRequestEntityTooLarge, nil), otherType(op.RequestBody))
	}
	if a.keyed(op) {
		all = append(all, repeated(context.Background(), idempotency.ErrOtherBody))
	}
	return all
}

// misfit is an example of what is wrong with a request: of its body, where it has one, and otherwise of its query.
func (a *API) misfit(op *huma.Operation) *Fault {
	switch {
	case op.RequestBody != nil:
		for _, kind := range slices.Sorted(maps.Keys(op.RequestBody.Content)) {
			s := op.RequestBody.Content[kind].Schema
			if s.Ref != "" {
				s = a.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
			}
			if len(s.Required) > 0 {
				return Invalid(Problem{"body." + s.Required[0], "is missing"})
			}
		}
		return Invalid(Problem{"body", "is not valid JSON"})
	case op.SkipValidateParams:
		return malformed()
	}
	return Invalid(Problem{"query.unknown", "unknown query parameter"})
}

// tooMany is an example of what [APIConfig.Admit] and [APIConfig.Stranger] refuse.
func tooMany(seconds, limit int) *Fault {
	return &Fault{
		Status: http.StatusTooManyRequests, Code: CodeTooMany, Message: fmt.Sprintf("Too many requests; try again in %d seconds.", seconds),
		Details: map[string]any{"retry_after": seconds, "limit": limit},
	}
}
