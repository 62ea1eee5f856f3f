package youtube

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
)

// rows are those of the table on the page that begins with a header.
func rows(t *testing.T, page, header string) (all [][]string) {
	t.Helper()
	_, rest, found := strings.Cut(page, header+"\n")
	if !found {
		t.Fatalf("the page has no table %q", header)
	}
	for _, line := range strings.Split(rest, "\n")[1:] {
		if !strings.HasPrefix(line, "|") {
			break
		}
		var cells []string
		for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.Trim(strings.TrimSpace(cell), "`"))
		}
		all = append(all, cells)
	}
	if len(all) == 0 {
		t.Fatalf("the table %q is empty", header)
	}
	return all
}

func manual(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/youtube.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestThePageNamesEverySetting(t *testing.T) {
	d, err := New().Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, row := range rows(t, manual(t), "| attribute | default | |") {
		named = append(named, row[0])
		a, ok := d.Config.Attribute(row[0])
		if !ok {
			t.Errorf("there is no setting %q", row[0])
			continue
		}
		if a.Default == nil {
			continue
		}
		var text any
		if err := json.Unmarshal(a.Default, &text); err != nil {
			t.Fatal(err)
		}
		if s, ok := text.(string); ok && s != row[1] || !ok && string(a.Default) != row[1] {
			t.Errorf("the default of %s is %s", row[0], a.Default)
		}
	}
	if !slices.Equal(named, d.Config.Names()) {
		t.Errorf("the page names %q, and there are %q", named, d.Config.Names())
	}
}

func TestThePageSaysWhatFailuresSay(t *testing.T) {
	source := ""
	for _, name := range []string{"failure.go", "session.go"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source += string(raw)
	}
	kinds := []providers.Kind{providers.KindUnauthorized, providers.KindRateLimited, providers.KindUnavailable, providers.KindInvalidInput, providers.KindRejected}
	for _, row := range rows(t, manual(t), "| what happens | kind | what the job says | `error.code` |") {
		if !slices.Contains(kinds, providers.Kind(row[1])) {
			t.Errorf("there is no kind %q", row[1])
		}
		if !strings.HasPrefix(row[2], "–") && !strings.Contains(source, `"`+row[2]+`"`) {
			t.Errorf("nothing says %q", row[2])
		}
	}
}

func TestThePagesLinksLeadSomewhere(t *testing.T) {
	page := manual(t)
	headings := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^##* (.+)$`).FindAllStringSubmatch(page, -1) {
		headings[strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(m[1]), "'", ""), " ", "-")] = true
	}
	links := regexp.MustCompile(`\]\(([^)]*)\)`).FindAllStringSubmatch(page, -1)
	for _, m := range links {
		file, anchor, _ := strings.Cut(m[1], "#")
		switch {
		case strings.HasPrefix(m[1], "https://"):
		case file == "" && !headings[anchor]:
			t.Errorf("there is no %s", m[1])
		case file != "":
			if _, err := os.Stat("../../docs/" + file); err != nil {
				t.Error(err)
			}
		}
	}
	if len(links) < 8 {
		t.Errorf("only %d links were found", len(links))
	}
}
