//go:build !race

package localtts

const raced = false
