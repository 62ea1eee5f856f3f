package film

// codes are the languages of films by ISO 639-1, in the order of Languages.
var codes = []string{"en", "cs", "da", "nl", "fr", "de", "el", "hi", "id", "it", "zh", "ja", "no", "pl", "pt", "ru", "es", "sv", "tr", "uk"}

// Code is the ISO 639-1 code of a language by the name that the pipelines use; the name itself when there is none.
func Code(language string) string {
	for i, name := range Languages {
		if name == language {
			return codes[i]
		}
	}
	return language
}

// Language is the name that the pipelines use for an ISO 639-1 code, or "".
func Language(code string) string {
	for i, c := range codes {
		if c == code {
			return Languages[i]
		}
	}
	return ""
}
