package bank

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"
)

//go:embed stories/*.story
var files embed.FS

// load reads the embedded files once. The tests prove that they parse; an error here means that the
// program was built from files that were never tested.
var load = sync.OnceValues(func() (map[string][]Story, error) {
	topics := map[string][]Story{}
	names, err := fs.Glob(files, "stories/*.story")
	if err != nil {
		return nil, fmt.Errorf("list the stories: %w", err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the stories: %w", err)
		}
		stories, err := Parse(name, string(text))
		if err != nil {
			return nil, fmt.Errorf("read the stories: %w", err)
		}
		topics[stories[0].Topic] = append(topics[stories[0].Topic], stories...)
	}
	return topics, nil
})

// Stories are the stories on a topic, in a fixed order; none for a topic the bank does not know.
// The caller must not change them.
func Stories(topic string) ([]Story, error) {
	topics, err := load()
	return topics[topic], err
}
