package config

import (
	"fmt"
	"slices"
	"strings"
)

// foreign are variables of the same family that are not for the server: they pass between a process and
// those that it starts, or are for clients.
var foreign = []string{
	"FILMLOOM_PLUGIN", "FILMLOOM_BUILTIN_PLUGIN", "FILMLOOM_LIFELINE_FD", "FILMLOOM_LIFELINE_NONCE",
	"FILMLOOM_PROVIDERTEST_HOST", "FILMLOOM_API_KEY", "FILMLOOM_URL", "FILMLOOM_USER", "FILMLOOM_PASSWORD",
	"FILMLOOM_YOUTUBE_STATE_DIR", // the server names it to its pipelines
}

// environment are the variables that may be settings. An empty one counts as not set.
func environment(environ []string) map[string]string {
	vars := map[string]string{}
	for _, e := range environ {
		if name, text, ok := strings.Cut(e, "="); ok && strings.HasPrefix(name, prefix) && text != "" {
			vars[name] = text
		}
	}
	return vars
}

// variables are the names of all variables that are read.
func variables() []string {
	names := []string{configVariable}
	for _, s := range settings {
		for _, as := range s.spellings() {
			names = append(names, as.variable())
		}
		if s.secret {
			names = append(names, s.variable()+strings.ToUpper(fileSuffix))
		}
	}
	return names
}

// strays warns of variables that look like settings and are none.
func strays(vars map[string]string) (warnings []string) {
	known := variables()
	for name, text := range vars {
		if slices.Contains(known, name) || slices.Contains(foreign, name) || strings.HasPrefix(name, "FILMLOOM_TEST_") || linked(name, text) {
			continue
		}
		w := fmt.Sprintf("The environment variable %s is not used: there is no such setting", name)
		if near := nearest(name, known); near != "" {
			w += "; did you mean " + near + "?"
		}
		warnings = append(warnings, ended(w))
	}
	slices.Sort(warnings)
	return warnings
}

// linked tells whether a variable is one of those that Kubernetes and Docker make for a service or a
// container called filmloom.
func linked(name, text string) bool {
	switch rest := strings.TrimPrefix(name, prefix); {
	case strings.HasPrefix(rest, "SERVICE_"):
		return true
	case rest == "PORT" || strings.HasPrefix(rest, "PORT_"):
		return rest != "PORT" || strings.Contains(text, "://")
	}
	return false
}
