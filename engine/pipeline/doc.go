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
// body of a `for` over an unknown collection and the branches of an unknown condition, and what stands
// in the arguments of try; this package goes there with typed unknown values, so that a misspelt name is
// found before anything runs, wherever it is. What depends on a mistake is not reported as well. A part is
// checked in each pipeline that includes it.
//
// After a clean Check, [Pipeline] evaluates inputs, fan-out, stage inputs and outputs for a run. With a
// [Scope] that lacks stages it plans: what is not known yet is a [cty.UnknownVal] of the right type, and
// [Expansion.Unknown] says so of instances. Evaluating is safe for concurrent use; Check is not.
//
// The package does no I/O but Load, starts nothing and knows no provider. docs/language.md describes
// the language.
package pipeline
