// Package costtest measures what judging one document costs, for the tests and
// fuzz targets that hold every document to the limits of an assessment.
package costtest

import (
	"runtime/metrics"
	"testing"
	"time"
)

// What one document may cost, however it was made.
const (
	MaxTime  = 2 * time.Second
	MaxBytes = 512 << 20
)

// Cost is processor time, of all threads, and bytes allocated. The sum of all
// allocations is above the memory ever in use at once.
type Cost struct {
	Time  time.Duration
	Bytes uint64
}

// Of runs f and measures it. Processor time does not depend on what else the
// machine does, as the time of day would; nothing else may run in the process.
func Of(f func()) Cost {
	bytes, time := allocated(), ProcessorTime()
	f()
	return Cost{Time: ProcessorTime() - time, Bytes: allocated() - bytes}
}

// Check runs f, fails t when it costs more than a document may, and returns
// the cost. Under the race detector only memory is held to its limit.
func Check(t testing.TB, f func()) Cost {
	t.Helper()
	c := Of(f)
	if c.Time > MaxTime && !raceDetector || c.Bytes > MaxBytes {
		t.Errorf("one document cost %v and %d MB", c.Time, c.Bytes>>20)
	}
	return c
}

func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
