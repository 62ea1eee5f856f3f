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
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/providers"
)

// wireInput encodes an input for a provider: only the attributes that its schema has, files with
// their path in the store. Attributes that are not known yet are left out and named.
func wireInput(ctx context.Context, store artifact.Store, input cty.Value, op *operation) (raw json.RawMessage, unknown []string, err error) {
	attrs := input.AsValueMap()
	for name, v := range attrs {
		switch takes := op.takes[name]; {
		case !v.IsWhollyKnown():
			delete(attrs, name)
			if takes {
				unknown = append(unknown, name)
			}
		case !takes && !v.IsNull():
			return nil, nil, providers.Errorf(providers.KindInvalidInput, "it does not take the attribute %q, which another provider of the capability does", name)
		case !takes:
			delete(attrs, name)
		}
	}
	slices.Sort(unknown)
	raw, err = providers.EncodeAttributes(attrs, func(f providers.File) (string, error) {
		return store.Path(ctx, f.SHA256)
	})
	return raw, unknown, err
}

// keepOutput reads a provider's output: it checks it against the schema and takes its files into the
// store. The digests of the files come with it.
func keepOutput(ctx context.Context, store artifact.Store, dir string, raw json.RawMessage, op *operation) (cty.Value, []string, error) {
	var kept []string
	attrs, err := providers.DecodeAttributes(raw, op.gives, func(f providers.File) (providers.File, error) {
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
	v, problems := op.output.Conform(attrs)
	if len(problems) > 0 {
		return cty.NilVal, nil, providers.Errorf(providers.KindInternal, "its output does not fit the schema: %s", providers.Problems(problems))
	}
	return v, kept, nil
}

// A content is what a call is asked, in bytes: the input with files by their content alone, and without what
// is null, so that an attribute which a newer schema adds changes nothing.
type content struct {
	raw []byte
	// plain: there is no file in it, so that raw is JSON, and what a provider is sent.
	plain bool
}

func contentOf(input cty.Value) (content, error) {
	raw, hasFiles, err := providers.EncodeContent(input)
	return content{raw, !hasFiles}, err
}

// key names the call: by the capability, what it is asked, and the take.
func (c content) key(capability string, take int) string {
	return digest(capability, string(c.raw), strconv.Itoa(take))
}

// digest is the SHA-256 of the parts, lower-case hex; each part is delimited by its length.
func digest(parts ...string) string {
	var b []byte
	for _, p := range parts {
		b = append(strconv.AppendInt(b, int64(len(p)), 10), ':')
		b = append(b, p...)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// seedFor derives a call's seed, below 2^31, from the run's.
func seedFor(run int64, address string, take int) int64 {
	var b []byte
	b = append(strconv.AppendInt(b, run, 10), 0)
	b = append(append(b, address...), 0)
	sum := sha256.Sum256(strconv.AppendInt(b, int64(take), 10))
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
