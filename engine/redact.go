package engine

import (
	"errors"
	"net/url"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// A redactor takes secrets out of what a provider says. Providers should keep them to themselves; this is
// for those that quote a vendor's answer, or a request.
type redactor struct{ replace *strings.Replacer }

// shortestSecret is the length in bytes from which a secret is replaced: a shorter one is part of too many
// words.
const shortestSecret = 6

func newRedactor(secrets ...string) redactor {
	var pairs []string
	for _, s := range secrets {
		if len(s) < shortestSecret {
			continue
		}
		pairs = append(pairs, s, "[redacted]")
		if escaped := url.QueryEscape(s); escaped != s {
			pairs = append(pairs, escaped, "[redacted]")
		}
	}
	if pairs == nil {
		return redactor{}
	}
	return redactor{strings.NewReplacer(pairs...)}
}

// sensitiveValues are the texts of a provider's configuration that are marked, or whose attribute is.
func sensitiveValues(config cty.Value, schema providers.Schema) []string {
	var secrets []string
	for name, v := range config.AsValueMap() {
		a, _ := schema.Attribute(name)
		whole := a.Sensitive
		_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
			plain, marks := v.Unmark()
			_, marked := marks[pipeline.Sensitive]
			if (whole || marked) && plain.Type() == cty.String && plain.IsKnown() && !plain.IsNull() {
				secrets = append(secrets, plain.AsString())
			}
			return true, nil
		})
	}
	return secrets
}

func (r redactor) text(s string) string {
	if r.replace == nil {
		return s
	}
	return r.replace.Replace(s)
}

func (r redactor) texts(all []string) []string {
	for i, s := range all {
		all[i] = r.text(s)
	}
	return all
}

// error gives the error without secrets; one of the context stays what it is.
func (r redactor) error(err error) error {
	if err == nil || r.replace == nil {
		return err
	}
	var typed *providers.Error
	if !errors.As(err, &typed) {
		if clean := r.text(err.Error()); clean != err.Error() {
			return providers.Errorf(providers.KindInternal, "%s", clean)
		}
		return err
	}
	clean := *typed
	clean.Message, clean.User, clean.Hint = r.text(typed.Message), r.text(typed.User), r.text(typed.Hint)
	if typed.Err != nil && r.text(typed.Err.Error()) != typed.Err.Error() {
		clean.Err = nil
	}
	return &clean
}

// args are a log record's arguments without secrets.
func (r redactor) args(args []any) []any {
	if r.replace == nil {
		return args
	}
	clean := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case string:
			clean[i] = r.text(a)
		case error:
			clean[i] = r.text(a.Error())
		default:
			clean[i] = a
		}
	}
	return clean
}
