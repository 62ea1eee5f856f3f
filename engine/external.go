package engine

import (
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/plugin"
)

// commandSource makes providers from the plugin blocks of a file: processes of their commands.
func commandSource(blocks []*pipeline.Plugin) providers.Source {
	specs := make([]plugin.Spec, len(blocks))
	for i, b := range blocks {
		specs[i] = plugin.Spec{Name: b.Name, Command: b.Command, SHA256: b.SHA256, NoTLS: !b.TLS}
	}
	return plugin.Commands(specs...)
}
