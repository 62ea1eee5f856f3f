package providers

import (
	"slices"

	"github.com/zclconf/go-cty/cty"
)

// A File is a value that stands for the bytes of a file. SHA256, Size and MediaType identify it;
// Path is where it lies on this machine while a call runs, and is never recorded.
//
// In a call's input every field is set and the file is read-only. In a result a provider sets Path
// (absolute, or relative to the work directory; inside it) and MediaType, and may set Name; the host
// computes the rest.
type File struct {
	SHA256    string `json:"sha256,omitempty"`     // lower-case hex
	Size      int64  `json:"size,omitempty"`       // bytes
	MediaType string `json:"media_type,omitempty"` // "image/png"
	Name      string `json:"name,omitempty"`       // a file name for people: "scene-01.png"
	Path      string `json:"path,omitempty"`
}

// FileType is the type of a file value in the pipeline language and in schemas.
var FileType = cty.Object(map[string]cty.Type{
	"sha256": cty.String, "size": cty.Number, "media_type": cty.String, "name": cty.String,
})

// IsFileType tells whether t is the type of files.
func IsFileType(t cty.Type) bool {
	if !t.IsObjectType() {
		return false
	}
	attrs := t.AttributeTypes()
	return len(attrs) == 4 && attrs["sha256"] == cty.String && attrs["size"] == cty.Number &&
		attrs["media_type"] == cty.String && attrs["name"] == cty.String
}

// HasFiles tells whether a value of the type may have a file in it.
func HasFiles(t cty.Type) bool {
	switch {
	case t == cty.DynamicPseudoType || IsFileType(t):
		return true
	case t.IsCollectionType():
		return HasFiles(t.ElementType())
	case t.IsTupleType():
		return slices.ContainsFunc(t.TupleElementTypes(), HasFiles)
	case t.IsObjectType():
		for _, attr := range t.AttributeTypes() {
			if HasFiles(attr) {
				return true
			}
		}
	}
	return false
}

// FileVal makes the value of a file. Its path is left out.
func FileVal(f File) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"sha256": cty.StringVal(f.SHA256), "size": cty.NumberIntVal(f.Size),
		"media_type": cty.StringVal(f.MediaType), "name": cty.StringVal(f.Name),
	})
}

// AsFile reads a known, non-null value of FileType.
func AsFile(v cty.Value) File {
	size, _ := v.GetAttr("size").AsBigFloat().Int64()
	return File{
		SHA256: v.GetAttr("sha256").AsString(), Size: size,
		MediaType: v.GetAttr("media_type").AsString(), Name: v.GetAttr("name").AsString(),
	}
}

// Files lists the files in a value, in a fixed order, each as often as it occurs.
func Files(v cty.Value) []File {
	var files []File
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if IsFileType(v.Type()) {
			if v.IsKnown() && !v.IsNull() {
				files = append(files, AsFile(v))
			}
			return false, nil
		}
		return true, nil
	})
	return files
}
