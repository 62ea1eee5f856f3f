package mock

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/filmloom/filmloom/providers"
)

// Echo gives back a text.
var Echo = providers.Capability[EchoInput, EchoOutput]{
	Name: "mock.echo", Description: "Gives back a text.", Deterministic: true,
}

// EchoInput is what mock.echo takes.
type EchoInput struct {
	Text string `json:"text" doc:"Any text."`
}

// EchoOutput is what mock.echo gives.
type EchoOutput struct {
	Text string `json:"text" doc:"The same text."`
}

func echo(_ context.Context, _ *providers.Call, in EchoInput) (EchoOutput, error) {
	return EchoOutput(in), nil
}

// List gives a list to fan out over.
var List = providers.Capability[ListInput, ListOutput]{
	Name: "mock.list", Description: "Gives a list of a given length.", Deterministic: true,
}

// ListInput is what mock.list takes.
type ListInput struct {
	Count int `json:"count" min:"0" max:"100000" doc:"Length of the list."`
}

// ListOutput is what mock.list gives.
type ListOutput struct {
	Items []Item `json:"items" doc:"The items, in order."`
}

// Item is one item of a list.
type Item struct {
	ID   string `json:"id" doc:"item-01, item-02, …"`
	Text string `json:"text" doc:"A text that names the item."`
}

func list(_ context.Context, _ *providers.Call, in ListInput) (ListOutput, error) {
	if in.Count < 0 || in.Count > 100_000 {
		return ListOutput{}, providers.Invalid("A list of %d items cannot be made: ask for 0 to 100000.", in.Count)
	}
	out := ListOutput{Items: make([]Item, in.Count)}
	for i := range out.Items {
		out.Items[i] = Item{ID: fmt.Sprintf("item-%02d", i+1), Text: fmt.Sprintf("This is item %d.", i+1)}
	}
	return out, nil
}

// File writes a text to a file.
var File = providers.Capability[FileInput, FileOutput]{
	Name: "mock.file", Description: "Writes a text to a file.", Deterministic: true,
}

// FileInput is what mock.file takes.
type FileInput struct {
	Text string `json:"text" doc:"What the file contains."`
	Name string `json:"name" default:"text.txt" doc:"The file's name, without directories."`
}

// FileOutput is what mock.file gives.
type FileOutput struct {
	File providers.File `json:"file" doc:"The text, in UTF-8."`
}

func writeFile(_ context.Context, call *providers.Call, in FileInput) (FileOutput, error) {
	if in.Name == "" || in.Name == "." || in.Name == ".." || filepath.Base(in.Name) != in.Name {
		return FileOutput{}, providers.Invalid("%q is no name of a file: give one without directories.", in.Name)
	}
	f, err := save(call, in.Name, "text/plain", []byte(in.Text))
	return FileOutput{File: f}, err
}
