//go:build !unix

package costtest

import "time"

var began = time.Now()

// ProcessorTime is what this process has used so far, all threads together.
func ProcessorTime() time.Duration { return time.Since(began) }
