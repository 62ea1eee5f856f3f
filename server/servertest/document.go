package servertest

import "strings"

// An API is one of the server's, by what its tests must know of it to hold it to what all are held to.
type API struct {
	Prefix  string // of its paths, such as "/v1"
	Paths   int    // that its document has at least
	Path    string // one of them, which each form of the document has
	Invalid string // the status that answers what is wrong in a request
	Failure string // the schema of every error

	// Text is what tells an error's body from others, such as its code.
	Text func(body map[string]any) string
	// Usual are, by the status, how the texts of the errors begin that any operation of a kind may answer with.
	Usual map[string][]string
	// Own are the same by the operation, with what only that one answers: "404 PROJECT_NOT_FOUND".
	Own map[string][]string
}

// A Document is what tests read of an API's OpenAPI document.
type Document struct {
	OpenAPI    string
	Servers    []struct{ URL string }
	Paths      map[string]map[string]Operation // by path and method in small letters
	Webhooks   map[string]map[string]Operation // by event and method
	Components struct {
		Schemas    map[string]*Schema
		Parameters map[string]Parameter
		Headers    map[string]Parameter
	}
}

// A Parameter is one of an Operation, or a header of a Response.
type Parameter struct {
	Ref                   string `json:"$ref"`
	Name, In, Description string
	Example               any
	Schema                *Schema
}

// A Content is a body in one media type.
type Content struct {
	Schema   *Schema
	Example  any
	Examples map[string]struct{ Value map[string]any }
}

// A Response is one of an Operation.
type Response struct {
	Description string
	Headers     map[string]Parameter
	Content     map[string]Content
}

// An Operation is one of a Document.
type Operation struct {
	ID          string `json:"operationId"`
	Summary     string
	Description string
	Tags        []string
	Security    *[]map[string][]string // nil is that of the document
	Parameters  []Parameter
	RequestBody *struct {
		Required bool
		Content  map[string]Content
	}
	Responses map[string]Response
}

// A Schema is one of a Document.
type Schema struct {
	Ref         string `json:"$ref"`
	Type        any    // a string or a list of them
	Description string
	Examples    []any
	Example     any
	Required    []string
	Properties  map[string]*Schema
	Items       *Schema
	Enum        []any
	Minimum     *float64
	Maximum     *float64
	MinLength   *int
	MaxLength   *int
	MinItems    *int
	MaxItems    *int
	Additional  any `json:"additionalProperties"`
}

// Is tells whether a value of a JSON type fits.
func (s *Schema) Is(kind string) bool {
	if kinds, ok := s.Type.([]any); ok {
		for _, k := range kinds {
			if k == kind {
				return true
			}
		}
	}
	return s.Type == kind
}

// Resolve follows a reference.
func (d *Document) Resolve(s *Schema) *Schema {
	for s != nil && s.Ref != "" {
		s = d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	return s
}

// Parameter follows a reference of a parameter.
func (d *Document) Parameter(p Parameter) Parameter {
	if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
		return d.Components.Parameters[name]
	}
	return p
}

// Document is that of an API, as the server gives it to anybody.
func (s *Server) Document(api API) *Document {
	s.t.Helper()
	var d Document
	s.Nobody().Get(api.Prefix + "/openapi.json").Want(200).Decode(&d)
	if len(d.Paths) < api.Paths {
		s.t.Fatalf("only %d paths", len(d.Paths))
	}
	return &d
}
