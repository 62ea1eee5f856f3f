package studioapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

// A NewProject is a project to be.
type NewProject struct {
	Title    string   `json:"title" minLength:"1" maxLength:"100" doc:"Its title." example:"My Video Project"`
	Script   string   `json:"script" minLength:"1" maxLength:"20000" doc:"What is told. A line that begins with a name in capitals and a colon is spoken by that character." example:"A compelling story about innovation..."`
	Settings Settings `json:"settings,omitempty" doc:"How its film is made."`
}

// Resolve implements huma.ResolverWithPath.
func (p *NewProject) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	return append(blank(at, "title", p.Title), silent(at, p.Script)...)
}

// blank complains about a text that has none.
func blank(at *huma.PathBuffer, field, text string) []error {
	if text == "" || !web.Blank(text) { // of one that is empty or no text its schema tells
		return nil
	}
	return []error{&huma.ErrorDetail{Location: at.With(field), Message: "has no text"}}
}

// mute is what is wrong with a script of which nothing can be told.
const mute = "has nothing to say: names before a colon, headings and lines in brackets are not spoken; write at least one sentence"

// silent complains about a script that has nothing to say. No film could ever be made of it.
func silent(at *huma.PathBuffer, script string) []error {
	if errs := blank(at, "script", script); errs != nil || script == "" || film.Speaks(script) {
		return errs
	}
	return []error{&huma.ErrorDetail{Location: at.With("script"), Message: mute}}
}

// A ProjectChange is what is to be different; what is left out stays.
type ProjectChange struct {
	Title    *string   `json:"title,omitempty" minLength:"1" maxLength:"100" doc:"Its title." example:"My Video Project"`
	Script   *string   `json:"script,omitempty" minLength:"1" maxLength:"20000" doc:"What is told." example:"A compelling story about innovation..."`
	Settings *Settings `json:"settings,omitempty" doc:"Settings that change."`
}

// Resolve implements huma.ResolverWithPath.
func (p *ProjectChange) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	var errs []error
	if p.Title != nil {
		errs = append(errs, blank(at, "title", *p.Title)...)
	}
	if p.Script != nil {
		errs = append(errs, silent(at, *p.Script)...)
	}
	return errs
}

type newProjectInput struct {
	Body NewProject
}

// A ProjectPath names a project. Huma sees exported types only where they are embedded.
type ProjectPath struct {
	ProjectID string `path:"project_id" doc:"Names the project." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
}

type changeInput struct {
	ProjectPath
	Body ProjectChange
}

type projectOutput struct {
	Body Project
}

// MostPerPage bounds a page of a list.
const mostPerPage = 100

// Paging says which part of a list is wanted. Huma sees exported types only where they are embedded.
type Paging struct {
	Page    int `query:"page" minimum:"1" default:"1" doc:"Number of the page, from 1." example:"1"`
	PerPage int `query:"per_page" minimum:"1" default:"20" doc:"Items on a page; above 100 it is 100." example:"20"`
}

type listInput struct {
	Paging
	Status string `query:"status" enum:"draft,processing,completed,failed,all" default:"all" doc:"Only projects that stand so." example:"completed"`
	Sort   string `query:"sort" enum:"created_at,updated_at" default:"created_at" doc:"What they are sorted by." example:"created_at"`
	Order  string `query:"order" enum:"asc,desc" default:"desc" doc:"Oldest or newest first." example:"desc"`
}

// Page is what every list tells of its page.
type Page struct {
	TotalCount int `json:"total_count" doc:"How many there are in all." example:"42"`
	Page       int `json:"page" doc:"Number of the page, from 1." example:"1"`
	PerPage    int `json:"per_page" doc:"Items on a page." example:"20"`
	TotalPages int `json:"total_pages" doc:"How many pages there are." example:"3"`
}

// page tells of a page.
func (in Paging) page(total int) Page {
	per := min(in.PerPage, mostPerPage)
	return Page{TotalCount: total, Page: in.Page, PerPage: per, TotalPages: (total + per - 1) / per}
}

// skip is how many come before the page; false means that the page is past the end.
func (p Page) skip() (int, bool) {
	if p.Page > p.TotalPages {
		return 0, false
	}
	return (p.Page - 1) * p.PerPage, true
}

// A ProjectList is a page of projects.
type ProjectList struct {
	Projects []Project `json:"projects" nullable:"false" doc:"The projects of the page."`
	Page
}

type listOutput struct {
	Body ProjectList
}

func (a *api) projects() {
	web.Handle(a.API, with(operation(http.MethodPost, "/projects", "createProject", "projects", "Create a project",
		"Keeps a script and how its film is to be made. Nothing is made yet."), http.StatusCreated), a.createProject)
	web.Handle(a.API, operation(http.MethodGet, "/projects/{project_id}", "getProject", "projects", "Get a project",
		"Tells of a project and where its film is.", http.StatusNotFound), a.getProject)
	web.Handle(a.API, operation(http.MethodGet, "/projects", "listProjects", "projects", "List projects",
		"Lists your projects."), a.listProjects)
	web.Handle(a.API, operation(http.MethodPatch, "/projects/{project_id}", "changeProject", "projects", "Change a project",
		"Changes title, script or settings, unless a job is being worked on. Its film stays until the next one is made.", http.StatusNotFound, http.StatusConflict), a.changeProject)
	web.Handle(a.API, with(operation(http.MethodDelete, "/projects/{project_id}", "deleteProject", "projects", "Delete a project",
		"Deletes a project with everything that was made for it, unless a job is being worked on.", http.StatusNotFound, http.StatusConflict), http.StatusNoContent), a.deleteProject)
	web.Handle(a.API, with(operation(http.MethodPost, "/projects/{project_id}/generate", "generateVideo", "projects", "Generate the video",
		"Starts a job that makes the film. What did not change since an earlier job is not made again.", http.StatusNotFound, http.StatusPaymentRequired, http.StatusConflict), http.StatusAccepted), a.generate)
	web.Handle(a.API, operation(http.MethodGet, "/projects/{project_id}/jobs", "listProjectJobs", "projects", "List the jobs of a project",
		"Lists the jobs of a project, the newest first.", http.StatusNotFound), a.projectJobs)
}

func (a *api) createProject(ctx context.Context, in *newProjectInput) (*projectOutput, error) {
	out := &projectOutput{}
	asked := request{Script: in.Body.Script, Settings: in.Body.Settings}
	_, err := a.Desk.Create(ctx, production.Creation{
		Account: web.Caller(ctx).Account.ID, API: Name, Title: in.Body.Title, Request: asked,
	}, func(tx *store.Tx, p *production.Production, _ *production.Order) error {
		out.Body = a.describe(production.View{Production: p}, asked)
		return web.Record(ctx, tx, http.StatusCreated, out.Body)
	})
	if err != nil {
		return nil, refusal(err, missing(codeNoProject, noProject))
	}
	return out, nil
}

func (a *api) getProject(ctx context.Context, in *ProjectPath) (*projectOutput, error) {
	v, err := a.own(ctx, web.Caller(ctx), in.ProjectID)
	if err != nil {
		return nil, err
	}
	p, err := a.project(v)
	return &projectOutput{Body: p}, err
}

func (a *api) listProjects(ctx context.Context, in *listInput) (*listOutput, error) {
	q := production.Query{
		API: Name, Account: web.Caller(ctx).Account.ID, Status: in.Status,
		Oldest: in.Order == "asc", Updated: in.Sort == "updated_at",
	}
	if q.Status == "all" {
		q.Status = ""
	}
	total, err := a.Desk.Count(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &listOutput{Body: ProjectList{Page: in.page(total), Projects: []Project{}}}
	skip, ok := out.Body.skip()
	if !ok {
		return out, nil
	}
	q.Skip, q.Limit = skip, out.Body.PerPage
	views, _, err := a.Desk.List(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, v := range views {
		p, err := a.project(v)
		if errors.Is(err, store.ErrNotFound) { // deleted meanwhile
			continue
		}
		if err != nil {
			return nil, err
		}
		out.Body.Projects = append(out.Body.Projects, p)
	}
	return out, nil
}

func (a *api) changeProject(ctx context.Context, in *changeInput) (*projectOutput, error) {
	if _, err := a.own(ctx, web.Caller(ctx), in.ProjectID); err != nil {
		return nil, err
	}
	_, err := a.Desk.Edit(ctx, in.ProjectID, func(p *production.Production, asked func(any) error, remember func(any) error) error {
		if p.Summary.Status.Open() {
			return production.ErrActive
		}
		var r request
		if err := asked(&r); err != nil {
			return err
		}
		if in.Body.Title != nil {
			p.Title = *in.Body.Title
		}
		if in.Body.Script != nil {
			r.Script = *in.Body.Script
		}
		if in.Body.Settings != nil {
			r.Settings = in.Body.Settings.over(r.Settings)
		}
		return remember(r)
	})
	if err != nil {
		return nil, refusal(err, missing(codeNoProject, noProject))
	}
	return a.getProject(ctx, &in.ProjectPath)
}

func (a *api) deleteProject(ctx context.Context, in *ProjectPath) (*struct{}, error) {
	v, err := a.own(ctx, web.Caller(ctx), in.ProjectID)
	if err != nil {
		return nil, err
	}
	if !v.Settled() {
		return nil, refusal(production.ErrActive, nil)
	}
	return nil, refusal(a.Desk.Delete(ctx, in.ProjectID), missing(codeNoProject, noProject))
}
