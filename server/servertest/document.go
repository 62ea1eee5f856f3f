package servertest

import "strings"

// An API is one of the server's, by what its tests must know of it to hold it to what all are held to.
type API struct {
	Prefix  string // of its paths, such as "/v1"
	Paths   int    // that its document has at least
	Path    string // one of them, which each form of the document has
	Invalid string // the status that answers what is wrong in a request
	Failure string // the schema of every error
}

// A Document is what tests read of an API's OpenAPI document.
type Document struct {
	OpenAPI    string
	Servers    []struct{ URL string }
	Paths      map[string]map[string]Operation // by path and method in small letters
	Components struct{ Schemas map[string]*Schema }
}

// An Operation is one of a Document.
type Operation struct {
	ID          string `json:"operationId"`
	Summary     string
	Description string
	Tags        []string
	Security    *[]any // nil is that of the document
	Parameters  []struct {
		Name, In, Description string
		Example               any
		Schema                *Schema
	}
	RequestBody *struct {
		Required bool
		Content  map[string]struct{ Schema *Schema }
	}
	Responses map[string]struct {
		Description string
		Content     map[string]struct {
			Example any
			Schema  *Schema
		}
	}
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
