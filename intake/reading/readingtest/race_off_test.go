//go:build !race

package readingtest

// oneIn: every sentence is read; see race_on_test.go.
const oneIn = 1
