//go:build !linux

package plugin

// addUsage knows nothing here: there is no /proc.
func addUsage(map[int]usage) {}
