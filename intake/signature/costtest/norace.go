//go:build !race

package costtest

const raceDetector = false

// Share divides the size of hostile documents.
const Share = 1
