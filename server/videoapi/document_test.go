package videoapi_test

import (
	"testing"

	"github.com/filmloom/filmloom/server/servertest"
)

// An openapi is what tests read of the API's document.
type openapi struct {
	OpenAPI string
	Servers []struct{ URL string }
	Paths   map[string]map[string]struct {
		ID          string `json:"operationId"`
		Summary     string
		Description string
		Tags        []string
		Security    *[]any
		Parameters  []struct {
			Name, In, Description string
			Example               any
			Schema                map[string]any
		}
		RequestBody struct {
			Required bool
			Content  map[string]struct{ Schema map[string]any }
		}
		Responses map[string]struct {
			Description string
			Content     map[string]struct{ Example any }
		}
	}
	Components struct {
		Schemas map[string]struct {
			Required   []string
			Properties map[string]map[string]any
		}
	}
}

func document(t testing.TB, s *servertest.Server) (doc openapi) {
	t.Helper()
	s.Nobody().Get("/v1/openapi.json").Want(200).Decode(&doc)
	if len(doc.Paths) < 8 {
		t.Fatalf("only %d paths", len(doc.Paths))
	}
	return doc
}
