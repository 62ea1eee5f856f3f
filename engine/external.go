package engine

import (
	"os"
	"path/filepath"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/plugin"
)

// commandSource makes providers from the plugin blocks of a file: processes of their commands. What they say
// of themselves is remembered below the cache directory.
func commandSource(cache string, blocks []*pipeline.Plugin) providers.Source {
	specs := make([]plugin.Spec, len(blocks))
	for i, b := range blocks {
		specs[i] = plugin.Spec{Name: b.Name, Command: b.Command, SHA256: b.SHA256, NoTLS: !b.TLS}
	}
	if cache == "" {
		if dir, err := os.UserCacheDir(); err == nil {
			cache = filepath.Join(dir, "filmloom")
		}
	}
	if cache != "" {
		cache = filepath.Join(cache, "plugins")
	}
	return plugin.CachedCommands(cache, specs...)
}
