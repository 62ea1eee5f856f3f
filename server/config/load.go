package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// Sources are where settings may be given. Zero fields give none.
type Sources struct {
	// Flags are the command line's, parsed; Bind has added them. A flag counts when it was given.
	Flags *pflag.FlagSet
	// Environ is the environment, as os.Environ gives it.
	Environ []string
	// ReadFile gives a file's content, if it is no longer than most bytes, and its mode; nil means the
	// disk's. It reads the configuration file and those that hold secrets.
	ReadFile func(name string, most int64) ([]byte, fs.FileMode, error)
}

// The most that is read of a file, in bytes.
const (
	longestFile   = 256 << 10
	longestSecret = 64 << 10
)

// A candidate is what one source gives for a setting.
type candidate struct {
	texts  []string
	held   string // the file that holds the value, where that is not given itself
	origin Origin
}

// A layer is what one source gives, by setting.
type layer map[string]candidate

// Load makes a Config of what is given. The error is an *InvalidError with everything that is wrong. It reads
// the file that --config or FILMLOOM_CONFIG names, and those that hold secrets which count.
func Load(from Sources) (*Config, error) {
	if from.ReadFile == nil {
		from.ReadFile = readFile
	}
	l := loading{read: from.ReadFile, conf: Default()}
	l.conf.origins = map[string]Origin{}
	vars := environment(from.Environ)
	layers := []layer{l.flagLayer(from.Flags), l.variableLayer(vars), l.fileLayer(written(from.Flags, configFlag), vars[configVariable])}
	for _, s := range settings {
		for _, given := range layers {
			if c, ok := given[s.name]; ok {
				l.take(s, c)
				break
			}
		}
	}
	l.conf.Warnings = append(l.conf.Warnings, strays(vars)...)
	if len(l.problems) == 0 { // what does not fit together says little when parts are missing
		l.problems = conflicts(l.conf)
	}
	if len(l.problems) > 0 {
		return nil, &InvalidError{l.problems}
	}
	l.conf.Warnings = append(l.conf.Warnings, doubts(l.conf)...)
	return l.conf, nil
}

// A loading is a Load under way.
type loading struct {
	read     func(string, int64) ([]byte, fs.FileMode, error)
	conf     *Config
	problems []string
}

func (l *loading) problem(format string, args ...any) {
	l.problems = append(l.problems, ended(fmt.Sprintf(format, args...)))
}

// take puts a value into the Config.
func (l *loading) take(s setting, c candidate) {
	if c.held != "" {
		text, err := l.secret(c.held)
		if err != nil {
			l.problem("The file that %s names %v", c.origin.subject(), err) // its name could be the secret itself
			return
		}
		c.texts = []string{text}
	}
	if err := s.set(l.conf, c.texts); err != nil {
		subject := c.origin.subject()
		if c.held != "" {
			subject = "The content of the file that " + subject + " names"
		}
		l.problem("%s %v", subject, err)
		return
	}
	l.conf.origins[s.name] = c.origin
}

// secret reads a file that holds a secret: its content without the end of the line.
func (l *loading) secret(name string) (string, error) {
	raw, _, err := l.read(name, longestSecret)
	if err != nil {
		return "", because(err)
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(raw), "\n"), "\r")
	if strings.TrimSpace(text) == "" {
		return "", errors.New("is empty; write the secret into it")
	}
	return text, nil
}

func (l *loading) flagLayer(flags *pflag.FlagSet) layer {
	found := layer{}
	for _, s := range settings {
		for _, as := range s.spellings() {
			texts := written(flags, as.flag())
			if texts == nil {
				continue
			}
			c := candidate{texts: texts, origin: Origin{Flag: "--" + as.flag()}}
			if s.secret && texts[0] != "" {
				c.held = texts[0]
			}
			found[s.name] = c
		}
	}
	for _, text := range written(flags, planWord) {
		if strings.TrimSpace(text) == "" {
			continue
		}
		name, value, err := planFlag(text)
		if err != nil {
			l.problem("--%s %v", planWord, err)
			continue
		}
		s, _ := find(name)
		c := candidate{texts: []string{value}, origin: Origin{Flag: "--" + s.flag()}}
		if other, twice := found[name]; twice {
			l.problem("%s is set twice, by %s as well; leave one of them out", c.origin, other.origin)
		}
		found[name] = c
	}
	return found
}

func (l *loading) variableLayer(vars map[string]string) layer {
	found := layer{}
	for _, s := range settings {
		for _, as := range s.spellings() {
			c, ok := l.variable(as, vars)
			if !ok {
				continue
			}
			if other, twice := found[s.name]; twice {
				l.problem("%s and %s are both set; unset one of them", other.origin, c.origin)
			}
			found[s.name] = c
		}
	}
	return found
}

// variable is what the environment has for a setting.
func (l *loading) variable(s setting, vars map[string]string) (c candidate, ok bool) {
	name := s.variable()
	text, ok := vars[name]
	if s.secret {
		nameOfFile := name + strings.ToUpper(fileSuffix)
		if held := vars[nameOfFile]; held != "" {
			if ok {
				l.problem("%s and %s are both set; unset one of them", name, nameOfFile)
			}
			return candidate{held: held, origin: Origin{Variable: nameOfFile}}, true
		}
	}
	texts := []string{text}
	if s.list {
		texts = strings.Split(text, ",")
	}
	return candidate{texts: texts, origin: Origin{Variable: name}}, ok
}

// fileLayer reads the configuration file, if there is one.
func (l *loading) fileLayer(flag []string, variable string) layer {
	name, by := variable, configVariable
	if flag != nil {
		name, by = flag[0], "--"+configFlag
	}
	if name == "" {
		return nil
	}
	src, mode, err := l.read(name, longestFile)
	if err != nil {
		l.problem("%s names the file %s, which %v", by, name, because(err))
		return nil
	}
	l.conf.File = name
	found, problems := parseFile(name, src)
	l.problems = append(l.problems, problems...)
	for _, s := range settings {
		if c, ok := found[s.name]; ok && s.secret && c.held == "" && mode&0o004 != 0 {
			l.conf.Warnings = append(l.conf.Warnings, fmt.Sprintf("%s holds a secret (%s) and everybody on this machine can read it: `chmod o-r` it, or name a file with %s%s.", name, s.name, s.name, fileSuffix))
		}
	}
	return found
}

// errLong: a file is longer than what is read.
var errLong = errors.New("the file is too long")

func readFile(name string, most int64) ([]byte, fs.FileMode, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	raw, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(raw)) > most {
		err = errLong
	}
	return raw, st.Mode(), err
}

// because is why a file cannot be read, going on from its name.
func because(err error) error {
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("does not exist")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("this user may not read; mend its owner or its mode")
	case errors.Is(err, errLong):
		return errors.New("is too long")
	case errors.As(err, &path):
		err = path.Err
	}
	return fmt.Errorf("cannot be read (%w)", err)
}
