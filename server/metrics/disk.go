package metrics

// Free is how much of a path's disk is free for this user, in bytes.
func Free(path string) (uint64, error) {
	free, _, err := space(path)
	return free, err
}
