package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
	"path/filepath"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/providers"
)

// wireInput encodes an input for a provider: only the attributes that its schema has, files with
// their path in the store.
func wireInput(ctx context.Context, store artifact.Store, input cty.Value, schema providers.Schema) (json.RawMessage, error) {
	attrs := map[string]cty.Value{}
	for name, v := range input.AsValueMap() {
		if _, ok := schema.Attribute(name); ok && !v.IsNull() {
			attrs[name] = v
		} else if !ok && !v.IsNull() {
			return nil, providers.Errorf(providers.KindInvalidInput, "it does not take the attribute %q, which another provider of the capability does", name)
		}
	}
	return providers.EncodeWire(cty.ObjectVal(attrs), func(f providers.File) (string, error) {
		return store.Path(ctx, f.SHA256)
	})
}

// keepOutput reads a provider's output: it checks it against the schema and takes its files into the
// store. The digests of the files come with it.
func keepOutput(ctx context.Context, store artifact.Store, dir string, raw json.RawMessage, schema providers.Schema) (cty.Value, []string, error) {
	var kept []string
	v, err := providers.DecodeWire(raw, schema.Type(), func(f providers.File) (providers.File, error) {
		if f.Path == "" {
			if f.SHA256 == "" {
				return f, fmt.Errorf("a file has neither a path nor a digest")
			}
			info, err := store.Stat(ctx, f.SHA256) // an input passed on
			kept = append(kept, f.SHA256)
			f.Size = info.Size
			return f, err
		}
		info, err := store.Adopt(ctx, dir, f.Path)
		if err != nil {
			return f, err
		}
		kept = append(kept, info.SHA256)
		if f.MediaType == "" {
			f.MediaType = mediaType(f.Path)
		}
		if f.Name == "" {
			f.Name = f.Path
		}
		return providers.File{SHA256: info.SHA256, Size: info.Size, MediaType: f.MediaType, Name: filepath.Base(f.Name)}, nil
	})
	if err != nil {
		return cty.NilVal, nil, providers.Errorf(providers.KindInternal, "its output does not fit the schema: %w", err)
	}
	v, problems := schema.Conform(v.AsValueMap())
	if len(problems) > 0 {
		return cty.NilVal, nil, providers.Errorf(providers.KindInternal, "its output does not fit the schema: %s", providers.Problems(problems))
	}
	return v, kept, nil
}

// callKey names a call by what it is asked: the capability, the input with files by their content
// alone, and the take.
func callKey(capability string, input cty.Value, take int) (string, error) {
	byContent, err := cty.Transform(input, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		if providers.IsFileType(v.Type()) && v.IsKnown() && !v.IsNull() {
			return providers.FileVal(providers.File{SHA256: providers.AsFile(v).SHA256}), nil
		}
		return v, nil
	})
	if err != nil {
		return "", err
	}
	attrs := byContent.AsValueMap()
	for name, v := range attrs {
		if v.IsNull() {
			delete(attrs, name) // an attribute that a newer schema adds changes no key
		}
	}
	raw, err := ctyjson.Marshal(cty.ObjectVal(attrs), cty.DynamicPseudoType)
	if err != nil {
		return "", err
	}
	return digest(capability, string(raw), fmt.Sprint(take)), nil
}

// digest is the SHA-256 of the parts, lower-case hex; each part is delimited by its length.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// seedFor derives a call's seed, below 2^31, from the run's.
func seedFor(run int64, address string, take int) int64 {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%d\x00%s\x00%d", run, address, take)))
	return int64(binary.BigEndian.Uint32(sum[:4]) >> 1)
}

// attribute gives one attribute of a JSON object, or nothing.
func attribute(object []byte, name string) []byte {
	var m map[string]json.RawMessage
	if json.Unmarshal(object, &m) != nil {
		return nil
	}
	var b bytes.Buffer
	if json.Compact(&b, m[name]) != nil {
		return nil
	}
	return b.Bytes()
}

func mediaType(path string) string {
	ext := strings.ToLower(filepath.Ext(path))
	switch ext { // those that films use, whatever the system's tables say
	case ".wav":
		return "audio/wav"
	case ".mp3":
		return "audio/mpeg"
	case ".mp4":
		return "video/mp4"
	case ".srt":
		return "application/x-subrip"
	case ".vtt":
		return "text/vtt"
	case ".ass":
		return "text/x-ass"
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}
