package pipeline

import (
	"maps"
	"slices"
)

// FunctionNames lists the functions of the language.
func FunctionNames() []string { return slices.Sorted(maps.Keys(functions)) }
