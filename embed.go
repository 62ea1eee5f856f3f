// Package filmloom holds the pipelines that an installed binary has with it.
//
// The module is an embeddable pipeline engine with plugin providers, and a program that makes films
// with it. Start reading in package engine to embed it, in package providers to add a model, and in
// pipelines.hcl to see what a film is made of. This package itself does nothing.
package filmloom

import _ "embed"

// Pipelines is the text of pipelines.hcl: what the binary runs when it is given no other file.
//
//go:embed pipelines.hcl
var Pipelines []byte
