//go:build !race

package workers

const raced = false
