//go:build race

package readingtest

// oneIn: under the race detector the reader is twenty times as slow, and it
// runs in one goroutine; one sentence or report in oneIn is read. .ci/run reads all of
// them without it.
const oneIn = 24
