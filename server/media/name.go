package media

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// types is what is served under an extension. Nothing that a browser would run is in it.
var types = map[string]string{
	".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime", ".mkv": "video/x-matroska",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif", ".avif": "image/avif",
	".wav": "audio/wav", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".aac": "audio/aac", ".flac": "audio/flac", ".ogg": "audio/ogg", ".opus": "audio/ogg",
	".srt": "application/x-subrip; charset=utf-8", ".vtt": "text/vtt; charset=utf-8", ".ass": "text/x-ssa; charset=utf-8",
	".txt": "text/plain; charset=utf-8", ".json": "application/json",
}

// extensions is what a name gets whose own extension does not stand for its type.
var extensions = map[string]string{
	"video/mp4": ".mp4", "video/webm": ".webm", "video/quicktime": ".mov", "video/x-matroska": ".mkv",
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "image/avif": ".avif",
	"audio/wav": ".wav", "audio/x-wav": ".wav", "audio/vnd.wave": ".wav", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/x-m4a": ".m4a",
	"audio/aac": ".aac", "audio/flac": ".flac", "audio/ogg": ".ogg",
	"application/x-subrip": ".srt", "text/vtt": ".vtt", "text/x-ssa": ".ass", "text/plain": ".txt", "application/json": ".json",
}

// anything is the type of what is not in the table.
const anything = "application/octet-stream"

// typeOf is the type under which a file of a name is served.
func typeOf(name string) string {
	if t, ok := types[strings.ToLower(extension(name))]; ok {
		return t
	}
	return anything
}

// extension is a name's extension with its dot, "" when it has none.
func extension(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= 6 {
		return name[dot:]
	}
	return ""
}

// longestName bounds a file's name, in bytes. File systems take 255; a browser may add something.
const longestName = 200

// fileName makes a name that any file system takes, with an extension that stands for the type.
func fileName(name, mediaType string) string {
	if !plain(name) {
		name = clean(name)
	}
	end := ending(name, mediaType)
	if len(name)+len(end) > longestName {
		if end == "" {
			end = extension(name)
			name = name[:len(name)-len(end)]
		}
		cut := longestName - len(end)
		for !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = strings.TrimRight(name[:cut], ". ")
	}
	if name == "" {
		name = "file"
	}
	return name + end
}

// ending is the extension that a name lacks to be of a type.
func ending(name, mediaType string) string {
	mediaType = strings.ToLower(strings.TrimSpace(bare(mediaType)))
	if mediaType == "" || mediaType == anything {
		return ""
	}
	have := bare(typeOf(name))
	want, known := extensions[mediaType]
	switch {
	case have == mediaType || known && have == bare(types[want]):
		return ""
	case known:
		return want
	case have == anything: // and so is the wanted type
		return ""
	}
	return ".bin"
}

// bare is a type without its parameters.
func bare(t string) string {
	t, _, _ = strings.Cut(t, ";")
	return t
}

// plain tells whether a name needs no cleaning, for the many that do not.
func plain(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', 'A' <= c && c <= 'Z', c == '-', c == '_':
		case (c == '.' || c == ' ') && i > 0 && i < len(name)-1 && name[i-1] != ' ':
		default:
			return false
		}
	}
	return true
}

// clean replaces what a file's name cannot have on some system, and takes away what would show it as
// another one.
func clean(name string) string {
	b := make([]byte, 0, len(name))
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z': // most of them
			b = append(b, byte(r))
		case unicode.IsSpace(r):
			if len(b) > 0 && b[len(b)-1] != ' ' {
				b = append(b, ' ')
			}
		case r == '/' || r == '\\' || r == ':' || r == '*' || r == '?' || r == '"' || r == '<' || r == '>' || r == '|':
			b = append(b, '-')
		case r == '.' && len(b) == 0: // would hide the file
		case r == utf8.RuneError, r == 0xFEFF, unicode.IsControl(r), bidi(r):
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	clean := strings.TrimRight(string(b), ". ")
	if strings.IndexByte(clean, '.') < 0 && typeOf("x."+clean) != anything { // an empty title with an extension
		clean = "file." + clean
	}
	return clean
}

// bidi tells the characters of Unicode's Bidi_Control, which change the order in which others are shown.
func bidi(r rune) bool {
	return r == 0x061C || r == 0x200E || r == 0x200F || 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069
}

// urlSafe tells which bytes stand for themselves in a path's segment (RFC 3986, unreserved).
var urlSafe = safe("-._~")

// headerSafe tells which bytes stand for themselves in an extended header parameter (RFC 8187).
var headerSafe = safe("!#$&+-.^_`|~")

func safe(marks string) *[256]bool {
	var set [256]bool
	for c := range 128 {
		set[c] = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(marks, byte(c)) >= 0
	}
	return &set
}

// appendEscaped adds s with every byte that is not safe as %XX.
func appendEscaped(b []byte, s string, safe *[256]bool) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		if c := s[i]; safe[c] {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

// disposition is the Content-Disposition of a file (RFC 6266): an ASCII name for old clients, and the
// whole one for the others.
func disposition(kind, name string) string {
	b := append(make([]byte, 0, 64+4*len(name)), kind...)
	b = append(b, `; filename="`...)
	for _, r := range name {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' { // some clients decode a percent sign
			r = '_'
		}
		b = append(b, byte(r))
	}
	b = append(b, '"')
	b = append(b, "; filename*=UTF-8''"...)
	return string(appendEscaped(b, name, headerSafe))
}
