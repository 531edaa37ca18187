//go:build race

package workers

// raced: the race detector is on, and everything takes forty times as long.
const raced = true
