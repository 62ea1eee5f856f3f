package providers

import (
	"context"
	"fmt"
	"slices"
)

// InProcess is a source of providers that run in this process: one for each function, which makes a new,
// unconfigured provider whenever it is called. They go by the names that they describe themselves with; of
// two with one name the first counts.
//
//	engine.Config{Providers: providers.InProcess(func() providers.Provider {
//		return providers.New("acme", "1.0.0", providers.Handle(Shout, shout))
//	})}
func InProcess(construct ...func() Provider) Source {
	s := &inProcess{made: map[string]func() Provider{}, described: map[string]Description{}}
	for _, c := range construct {
		d, err := c().Describe(context.Background())
		if err != nil || d.Name == "" {
			s.err = fmt.Errorf("a provider does not describe itself: %v", err)
			continue
		}
		if _, twice := s.made[d.Name]; !twice {
			s.names = append(s.names, d.Name)
			s.made[d.Name], s.described[d.Name] = c, d
		}
	}
	return s
}

type inProcess struct {
	names     []string
	made      map[string]func() Provider
	described map[string]Description
	err       error
}

func (s *inProcess) Plugins() []string { return slices.Clone(s.names) }

func (s *inProcess) Describe(_ context.Context, name string) (Description, error) {
	if d, ok := s.described[name]; ok {
		return d, s.err
	}
	return Description{}, unknownPlugin(name, s.names)
}

func (s *inProcess) Open(_ context.Context, name string, _ OpenOptions) (Provider, error) {
	if c, ok := s.made[name]; ok {
		return c(), nil
	}
	return nil, unknownPlugin(name, s.names)
}

// Join is a source of everything that the given ones have; of two plugins with one name the first counts.
func Join(sources ...Source) Source { return joined(sources) }

type joined []Source

func (j joined) Plugins() []string {
	var names []string
	for _, s := range j {
		for _, name := range s.Plugins() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func (j joined) find(name string) (Source, error) {
	for _, s := range j {
		if slices.Contains(s.Plugins(), name) {
			return s, nil
		}
	}
	return nil, unknownPlugin(name, j.Plugins())
}

func (j joined) Describe(ctx context.Context, name string) (Description, error) {
	s, err := j.find(name)
	if err != nil {
		return Description{}, err
	}
	return s.Describe(ctx, name)
}

func (j joined) Open(ctx context.Context, name string, o OpenOptions) (Provider, error) {
	s, err := j.find(name)
	if err != nil {
		return nil, err
	}
	return s.Open(ctx, name, o)
}

func unknownPlugin(name string, names []string) error {
	err := Errorf(KindUnavailable, "there is no plugin %q", name)
	if near := Nearest(name, names); near != "" {
		err.Message += fmt.Sprintf("; did you mean %q?", near)
	}
	return err
}
