// Package pipeline is the language in which pipelines are declared: it parses HCL, checks it against
// a catalog of capabilities and evaluates it.
//
// Three steps, each usable alone:
//
//	src, diags := pipeline.Load("pipelines.hcl")   // bytes, so that a run can freeze them
//	file, diags := pipeline.Parse(src)             // blocks, names, references, cycles
//	diags = file.Check(catalog)                    // types, against what providers can do
//
// Parse and Check report every finding as an [hcl.Diagnostic] with file, line and columns, not the
// first one alone; [WriteDiagnostics] prints them with the source beside them. HCL itself skips the
// body of a `for` over an unknown collection and the branches of an unknown condition; this package
// evaluates both with typed unknown values, so that a misspelt name in either is found before
// anything runs.
//
// After a clean Check, [Pipeline] evaluates inputs, fan-out, stage inputs and outputs for a run. The
// package does no I/O but Load, starts nothing and knows no provider; a value that is not known yet is
// a [cty.UnknownVal] and stays one.
package pipeline
