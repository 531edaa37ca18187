//go:build !unix

package costtest

import "time"

var began = time.Now()

func processorTime() time.Duration { return time.Since(began) }
