//go:build race

package reading

// raced: the race detector is on, and reading takes twenty times as long.
const raced = true
