//go:build race

package costtest

const raceDetector = true

// Share divides the size of hostile documents: the race detector makes their
// building, not their judging, take minutes.
const Share = 10
