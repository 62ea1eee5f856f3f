package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// A Hook is a request that the server makes, to whoever has asked to be told of something: what OpenAPI 3.1 calls a
// webhook.
type Hook struct {
	Event       string // what is told: "job.completed"
	ID          string // of the operation that the receiver has
	Tag         string
	Summary     string
	Description string
	Parameters  []*huma.Param // headers of the request
	Body        any           // an example of what is sent; its type describes it
	Responses   map[string]*huma.Response
}

// Announce adds hooks to the API's document. It must be called before anybody asks for it.
func (a *API) Announce(hooks ...Hook) { a.hooks = append(a.hooks, hooks...) }

// announced is the document with the hooks. OpenAPI 3.0 knows none, and nothing that only they refer to.
func (a *API) announced(doc *huma.OpenAPI) *huma.OpenAPI {
	if len(a.hooks) == 0 {
		return doc
	}
	whole, parts := *doc, *doc.Components
	schemas := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	whole.Components, whole.Webhooks = &parts, map[string]*huma.PathItem{}
	for _, h := range a.hooks {
		t := reflect.TypeOf(h.Body)
		whole.Webhooks[h.Event] = &huma.PathItem{Post: &huma.Operation{
			OperationID: h.ID, Method: http.MethodPost, Tags: []string{h.Tag}, Summary: h.Summary, Description: h.Description,
			Parameters: h.Parameters, Responses: h.Responses, Security: Open(),
			RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
				jsonType: {Schema: schemas.Schema(t, true, t.Name()), Example: h.Body},
			}},
		}}
	}
	for name := range schemas.Map() {
		ref := "#/components/schemas/" + name
		if t := doc.Components.Schemas.TypeFromRef(ref); t != nil && t != schemas.TypeFromRef(ref) {
			panic(fmt.Sprintf("a hook has another schema %s than the operations: call it otherwise", name))
		}
	}
	parts.Schemas = union{doc.Components.Schemas, schemas}
	return &whole
}

// A union has the schemas of two registries, which agree on what both have.
type union struct {
	huma.Registry
	more huma.Registry
}

// Map implements [huma.Registry].
func (u union) Map() map[string]*huma.Schema {
	all := maps.Clone(u.Registry.Map())
	maps.Copy(all, u.more.Map())
	return all
}

// MarshalJSON implements [json.Marshaler].
func (u union) MarshalJSON() ([]byte, error) { return json.Marshal(u.Map()) }
