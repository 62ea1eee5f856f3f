package studioapi

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/production"
)

// kinds are those of failures, and one that there is not.
var kinds = []providers.Kind{
	providers.KindInvalidInput, providers.KindRejected, providers.KindRateLimited, providers.KindUnavailable, providers.KindUnauthorized,
	providers.KindCrashed, providers.KindTimeout, providers.KindInternal, engine.KindOverBudget, engine.KindCancelled, "another",
}

// enum are the values that the document has for a field.
func enum(t *testing.T, of any, field string) []string {
	t.Helper()
	f, ok := reflect.TypeOf(of).FieldByName(field)
	values, has := f.Tag.Lookup("enum")
	all := strings.Split(values, ",")
	if !ok || !has || !slices.Contains(all, f.Tag.Get("example")) {
		t.Fatalf("%T has no %s with values, of which one is the example: %s", of, field, f.Tag)
	}
	slices.Sort(all)
	return all
}

func TestTheDocumentHasTheCodesOfFailedJobsAndNoOthers(t *testing.T) {
	given := map[string]bool{}
	for _, kind := range kinds {
		for _, capability := range []string{"", "image.generate", film.Publish} {
			for _, message := range []string{"It is not allowed.", "It is used up. " + ready} {
				given[failureCode(&production.Failure{Code: string(kind), Message: message, Capability: capability})] = true
			}
		}
	}
	if got, want := slices.Sorted(maps.Keys(given)), enum(t, JobError{}, "Code"); !slices.Equal(got, want) {
		t.Errorf("jobs fail with %q, and the document has %q", got, want)
	}
	page, err := os.ReadFile("../../docs/studio-api.md")
	if err != nil {
		t.Fatal(err)
	}
	_, told, _ := strings.Cut(string(page), "A failed job's `error.code` is ")
	told, _, _ = strings.Cut(told, "\n\n")
	for code := range given {
		if !strings.Contains(told, "`"+code+"`") {
			t.Errorf("the guide does not tell of %s: %s", code, told)
		}
	}
}

func TestTheDocumentHasTheCodesOfWarningsAndNoOthers(t *testing.T) {
	want := []string{warnProvider, warnTranslation}
	slices.Sort(want)
	if got := enum(t, Warning{}, "Code"); !slices.Equal(got, want) {
		t.Errorf("got %q, not %q", got, want)
	}
}

// The page about YouTube has a code beside each failure of an upload: that which the job has.
func TestTheCodesOfFailedUploadsAreAsThePageSays(t *testing.T) {
	page, err := os.ReadFile("../../docs/youtube.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| what happens | kind | what the job says | `error.code` |\n|---|---|---|---|\n")
	n := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if len(cells) != 4 {
			break
		}
		n++
		f := &production.Failure{Code: strings.Trim(cells[1], "`"), Message: cells[2], Capability: film.Publish}
		if got := "`" + failureCode(f) + "`"; got != cells[3] {
			t.Errorf("%s: the page says %s, and a job has %s", cells[0], cells[3], got)
		}
	}
	if n < 11 {
		t.Errorf("only %d rows", n)
	}
}
