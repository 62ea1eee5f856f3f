package servertest

import (
	"net/http"
	"strings"
)

// What every API of the server is held to.

// CheckDocument checks that an API's document describes each operation with its errors, and all that is in it with
// examples, and that it is there in each form.
func (s *Server) CheckDocument(api API) {
	s.t.Helper()
	d := s.Document(api)
	if d.OpenAPI != "3.1.0" || len(d.Servers) != 1 || d.Servers[0].URL != api.Prefix {
		s.t.Errorf("%s at %v", d.OpenAPI, d.Servers)
	}
	ids := map[string]bool{}
	for path, item := range d.Paths {
		for method, op := range item {
			where := strings.ToUpper(method) + " " + path
			if op.Summary == "" || op.Description == "" || op.ID == "" || ids[op.ID] || len(op.Tags) != 1 {
				s.t.Errorf("%s: %q %q %q %v", where, op.ID, op.Summary, op.Description, op.Tags)
			}
			ids[op.ID] = true
			takesKey := false
			for _, p := range op.Parameters {
				p = d.Parameter(p)
				takesKey = takesKey || p.Name == "Idempotency-Key" && p.In == "header"
				if p.Description == "" || p.Example == nil && p.Schema.Examples == nil && p.Schema.Example == nil {
					s.t.Errorf("%s: %s has no description or example", where, p.Name)
				}
			}
			if takesKey != op.keyed(where) {
				s.t.Errorf("%s: an Idempotency-Key is described: %v", where, takesKey)
			}
			s.checkErrors(api, where, op)
		}
	}
	for name, h := range d.Components.Headers {
		if h.Ref != "" || h.Description == "" || h.Example == nil || h.Schema == nil {
			s.t.Errorf("the header %s has no description, example or schema", name)
		}
	}
	for name, schema := range d.Components.Schemas {
		for field, p := range schema.Properties {
			if p.Description == "" {
				s.t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
	nobody := s.Nobody()
	for _, form := range []string{"/openapi-3.0.json", "/openapi.yaml", "/openapi-3.0.yaml"} {
		if a := nobody.Get(api.Prefix + form).Want(200); !strings.Contains(string(a.Body), api.Path) {
			s.t.Errorf("%s: %.200s", form, a.Body)
		}
	}
	if v := nobody.Get(api.Prefix + "/openapi-3.0.json").JSON()["openapi"]; v != "3.0.3" {
		s.t.Errorf("3.0 is %v", v)
	}
	nobody.Get(api.Prefix + "/docs").Want(200)
}

// CheckNoOrigin checks that a page of another origin may neither read what is at one path nor post to another.
func (c *Client) CheckNoOrigin(read, post string) {
	c.s.t.Helper()
	evil := c.With("Origin", "https://evil.example")
	preflight := evil.With("Access-Control-Request-Method", http.MethodPost)
	for _, a := range []*Answer{evil.Get(read), preflight.Do(http.MethodOptions, post, nil)} {
		for name := range a.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				c.s.t.Errorf("%s: %s", a.What, name)
			}
		}
	}
}
