package apidocs_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/filmloom/filmloom/server/apidocs"
)

// form reads what a login form sends, as JSON would have said it.
var form = huma.Format{
	Marshal: func(io.Writer, any) error { panic("no answer is a form") },
	Unmarshal: func(data []byte, v any) error {
		values, err := url.ParseQuery(string(data))
		if err != nil {
			return err
		}
		plain := map[string]string{}
		for name := range values {
			plain[name] = values.Get(name)
		}
		text, err := json.Marshal(plain)
		if err != nil {
			return err
		}
		return json.Unmarshal(text, v)
	},
}

type login struct {
	Body struct {
		_         struct{} `additionalProperties:"true"`
		GrantType string   `json:"grant_type,omitempty"`
		Username  string   `json:"username"`
		Password  string   `json:"password"`
	} `contentType:"application/x-www-form-urlencoded"`
}

type token struct {
	Body struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
	}
}

type film struct {
	Body struct {
		ID    string `json:"id" example:"f1"`
		Title string `json:"title" example:"The Lost Key"`
	}
}

// api is a small API with a login, and its documentation.
func api() http.Handler {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Film API", "1.0.0")
	config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", nil
	config.Info.Description = "A small API. It has **two** operations and [a link](https://films.example.org).\n\n```sh\ncurl -H 'Authorization: Bearer …' /v1/films/f1\n```"
	config.Info.License = &huma.License{Name: "Apache-2.0", URL: "https://www.apache.org/licenses/LICENSE-2.0"}
	config.Servers = []*huma.Server{{URL: "/v1"}}
	config.Formats = maps.Clone(huma.DefaultFormats)
	config.Formats["application/x-www-form-urlencoded"] = form
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"login":  {Type: "oauth2", Flows: &huma.OAuthFlows{Password: &huma.OAuthFlow{TokenURL: "/v1/auth/token", Scopes: map[string]string{}}}},
		"bearer": {Type: "http", Scheme: "bearer"},
		"key":    {Type: "apiKey", In: "header", Name: "X-API-Key"},
	}
	api := humago.NewWithPrefix(mux, "/v1", config)
	huma.Register(api, huma.Operation{OperationID: "log-in", Method: "POST", Path: "/auth/token", Summary: "Log in", Tags: []string{"Login"}, Security: []map[string][]string{}, Errors: []int{401, 422}},
		func(_ context.Context, in *login) (*token, error) {
			if in.Body.Username != "ann" || in.Body.Password != "p&ss wörd" {
				return nil, huma.Error401Unauthorized("Incorrect username or password")
			}
			out := &token{}
			out.Body.AccessToken, out.Body.TokenType = "token-of-ann", "bearer"
			return out, nil
		})
	huma.Register(api, huma.Operation{
		OperationID: "get-film", Method: "GET", Path: "/films/{film_id}", Summary: "Read a film", Tags: []string{"Films"}, Errors: []int{401, 404},
		Security: []map[string][]string{{"login": {}}, {"bearer": {}}, {"key": {}}},
	}, func(_ context.Context, in *struct {
		ID            string `path:"film_id" example:"f1" doc:"The film's id"`
		Authorization string `header:"Authorization" hidden:"true"`
	},
	) (*film, error) {
		if in.Authorization != "Bearer token-of-ann" {
			return nil, huma.Error401Unauthorized("Not authenticated")
		}
		out := &film{}
		out.Body.ID, out.Body.Title = in.ID, "The Lost Key"
		return out, nil
	})
	docs := apidocs.Handler("/v1", "/v1/openapi.json", "Film API")
	mux.Handle("/v1/docs", docs)
	mux.Handle("/v1/docs/", docs)
	return mux
}
