package studioapi_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// A listing is a question for projects. What is "" or 0 is left out.
type listing struct {
	status, sort, order string
	page, per           int
}

// drawListing draws one for the first page.
func drawListing(t *rapid.T) listing {
	return listing{
		rapid.SampledFrom([]string{"", "all", "draft", "processing", "completed", "failed"}).Draw(t, "status"),
		rapid.SampledFrom([]string{"", "created_at", "updated_at"}).Draw(t, "sort"), rapid.SampledFrom([]string{"", "asc", "desc"}).Draw(t, "order"), 0,
		rapid.OneOf(rapid.IntRange(1, 8), rapid.SampledFrom([]int{0, 19, 20, 21, 99, 100, 101, 1 << 40})).Draw(t, "per_page"),
	}
}

func (l listing) query() string {
	q := url.Values{}
	for name, v := range map[string]string{"status": l.status, "sort": l.sort, "order": l.order} {
		if v != "" {
			q.Set(name, v)
		}
	}
	for name, n := range map[string]int{"page": l.page, "per_page": l.per} {
		if n != 0 {
			q.Set(name, strconv.Itoa(n))
		}
	}
	return q.Encode()
}

// perPage is how many are on a page.
func (l listing) perPage() int {
	switch {
	case l.per == 0:
		return 20
	case l.per > 100:
		return 100
	}
	return l.per
}

// of gives those of projects that the listing asks for, in its order, by their ids.
func (l listing) of(projects []object) (ids []string) {
	field := l.sort
	if field == "" {
		field = "created_at"
	}
	at := func(p object) time.Time {
		t, _ := time.Parse(time.RFC3339Nano, p[field].(string)) // tested elsewhere
		return t
	}
	all := slices.Clone(projects)
	slices.SortFunc(all, func(a, b object) int {
		c := at(a).Compare(at(b))
		if c == 0 {
			c = strings.Compare(a["project_id"].(string), b["project_id"].(string))
		}
		if l.order != "asc" {
			c = -c
		}
		return c
	})
	for _, p := range all {
		if l.status == "" || l.status == "all" || p["status"] == l.status {
			ids = append(ids, p["project_id"].(string))
		}
	}
	return ids
}

// ask gives the ids on a page, and what the answer says of the page.
func (l listing) ask(t rapid.TB, c *servertest.Client) (ids []string, page object) {
	t.Helper()
	a := c.Get("/api/v1/projects?" + l.query())
	if a.Status != 200 {
		t.Fatalf("%s: %d %.500s", l.query(), a.Status, a.Body)
	}
	page = a.JSON()
	for _, p := range page["projects"].([]any) {
		ids = append(ids, p.(object)["project_id"].(string))
	}
	delete(page, "projects")
	return ids, page
}

// check asks for a page and compares it with the page that it must be.
func (l listing) check(t rapid.TB, c *servertest.Client, all []string) (ids []string) {
	t.Helper()
	number, per := max(l.page, 1), l.perPage()
	from := min((number-1)*per, len(all))
	ids, page := l.ask(t, c)
	if want := all[from:min(from+per, len(all))]; !slices.Equal(ids, want) {
		t.Fatalf("%q gives\n%q, not\n%q, of\n%q", l.query(), ids, want, all)
	}
	want := object{"total_count": len(all), "page": number, "per_page": per, "total_pages": (len(all) + per - 1) / per}
	if !same(t, page, want) {
		t.Fatalf("%q tells %v, not %v", l.query(), page, want)
	}
	return ids
}

// Whatever is asked for: the pages, one after the other, are what there is of it, in order, each once.
func TestThePagesOfAListAreAllThatIsAskedFor(t *testing.T) {
	ann := start(t, func(c *config.Config) { c.MaxActive = 1 }).User("ann")
	var ids []string
	for _, script := range []string{"Made.", failing, "Made.", failing} {
		p, _ := film(t, ann, telling(script))
		ids = append(ids, p["project_id"].(string))
		ids = append(ids, create(t, ann, draft(nil)), create(t, ann, draft(nil)))
	}
	for i, script := range []string{hang, "Waits.", "Waits."} { // one is made and hangs, two wait
		id := create(t, ann, telling(script))
		ids = append(ids, id)
		if j := generate(t, ann, id, nil); i == 0 {
			stuck(t, ann, j)
		}
	}
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(10) {
		ann.Patch("/api/v1/projects/"+ids[i], object{"title": "changed"}).Want(200)
	}
	var projects []object
	for _, id := range ids {
		projects = append(projects, project(t, ann, id))
	}
	rapid.Check(t, func(t *rapid.T) {
		l := drawListing(t)
		all := l.of(projects)
		var got []string
		for l.page = 1; len(got) < len(all); l.page++ {
			got = append(got, l.check(t, ann, all)...)
		}
		l.check(t, ann, all) // the page after the last
	})
}

// stuck waits until a job does nothing any more than to hang.
func stuck(t *testing.T, c *servertest.Client, job string) {
	t.Helper()
	c.Until("/api/v1/jobs/"+job+"/steps", func(v map[string]any) bool {
		done := 0
		for _, one := range v["steps"].([]any) {
			s := one.(object)
			if (s["step"] == "voice_synthesis" || s["step"] == "music_generation") && s["status"] == "completed" {
				done++
			}
		}
		return done == 2
	})
}

// Between two pages projects are changed and deleted. Each page is one of what there is then.
func TestAPageIsOneOfTheProjectsThatThereAre(t *testing.T) {
	ann := start(t).User("ann")
	rapid.Check(t, func(t *rapid.T) {
		projects := map[string]object{}
		defer func() {
			for id := range projects {
				ann.Delete("/api/v1/projects/" + id)
			}
		}()
		keep := func(a *servertest.Answer, status int) {
			if a.Status != status {
				t.Fatalf("%s: %d %.500s", a.What, a.Status, a.Body)
			}
			p := a.JSON()
			projects[p["project_id"].(string)] = p
		}
		for range rapid.IntRange(0, 6).Draw(t, "projects") {
			keep(ann.Post("/api/v1/projects", draft(nil)), 201)
		}
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			if len(projects) > 0 {
				id := rapid.SampledFrom(slices.Sorted(maps.Keys(projects))).Draw(t, "project")
				if rapid.Bool().Draw(t, "delete it") {
					if a := ann.Delete("/api/v1/projects/" + id); a.Status != 204 {
						t.Fatalf("%s: %d %.500s", a.What, a.Status, a.Body)
					}
					delete(projects, id)
				} else {
					keep(ann.Patch("/api/v1/projects/"+id, object{"title": "changed"}), 200)
				}
			}
			l := drawListing(t)
			l.page = rapid.IntRange(0, 3).Draw(t, "page")
			l.check(t, ann, l.of(slices.Collect(maps.Values(projects))))
		}
	})
}

// While projects are deleted, a list that is read page by page has no project twice, none that had been deleted before,
// and all that stay where one page holds them all.
func TestAListIsSoundWhileProjectsAreDeleted(t *testing.T) {
	ann := start(t).User("ann")
	var staying, all []string
	var projects []object
	for i := range 60 {
		p := ann.Post("/api/v1/projects", draft(object{"title": fmt.Sprint(i)})).Want(201).JSON()
		all, projects = append(all, p["project_id"].(string)), append(projects, p)
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	staying = all[:10]
	gone := make(chan string, len(all)) // deleted, in this order
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for _, id := range all[10:] {
			if a := ann.Delete("/api/v1/projects/" + id); a.Status != 204 {
				t.Errorf("%s: %d %s", a.What, a.Status, a.Body)
			}
			gone <- id
		}
	}()
	defer func() { <-ended }()
	left := map[string]bool{} // there may be
	for _, id := range all {
		left[id] = true
	}
	for n := 0; len(left) > len(staying); n++ {
		for len(gone) > 0 {
			delete(left, <-gone)
		}
		l := listing{sort: []string{"created_at", "updated_at"}[n%2], order: []string{"asc", "desc"}[n/2%2], status: []string{"all", "draft"}[n/4%2], per: []int{100, 7}[n/8%2]}
		order := l.of(projects)
		var got []string
		for l.page = 1; ; l.page++ {
			ids, page := l.ask(t, ann)
			if total := page["total_count"].(float64); total > float64(len(left)) || total < float64(len(staying)) || len(ids) > l.per {
				t.Fatalf("%q: %d projects of %v, where there were %d", l.query(), len(ids), total, len(left))
			}
			got = append(got, ids...)
			if l.page >= int(page["total_pages"].(float64)) {
				break
			}
		}
		at := -1
		for _, id := range got {
			place := slices.Index(order, id)
			if place <= at || !left[id] {
				t.Fatalf("%q: %s stands in the wrong place, twice, or was deleted before: %q", l.query(), id, got)
			}
			at = place
		}
		for _, id := range staying {
			if l.per == 100 && !slices.Contains(got, id) {
				t.Fatalf("%q: %s is missing in %q", l.query(), id, got)
			}
		}
	}
}
