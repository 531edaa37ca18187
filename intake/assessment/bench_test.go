package assessment

import (
	"context"
	"os/exec"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"jianding/intake/assessment/corpustest"
	"jianding/intake/signature"
)

// texts are the samples with a full text layer and an ordinary length.
func texts(b *testing.B) (dir string, paths []string, documents [][]byte) {
	dir, cases := corpus(b)
	for _, c := range cases {
		if c.Truth == nil || c.Truth.TextLayer != "full" || strings.Contains(c.Why, "200") || c.Name == "dev-026.pdf" {
			continue
		}
		paths = append(paths, c.Path)
		documents = append(documents, read(b, c.Path))
	}
	return dir, paths, documents
}

// BenchmarkInspect measures a warm Inspect per report, and as a multiple of
// what pdfsig, pdftotext and sha256sum together take on the same files, in the
// same run and turn by turn, so that a busy machine slows both alike. With
// -cpu 1 it is what one core does.
func BenchmarkInspect(b *testing.B) {
	for _, tool := range []string{"pdfsig", "pdftotext", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			b.Skipf("the tool to compare with is not installed: %v", err)
		}
	}
	dir, paths, documents := texts(b)
	trust, err := signature.NewTrust(material(b, dir))
	if err != nil {
		b.Fatal(err)
	}
	inspector := newInspector(b)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as in the children that do this in service
	inspect := func(d []byte) {
		inspector.Inspect(context.Background(), Request{Document: d, Trust: trust, At: corpustest.At()})
	}
	inspect(documents[0])
	var ours, theirs time.Duration
	n := 0
	for b.Loop() {
		for i, d := range documents {
			start := time.Now()
			inspect(d)
			ours += time.Since(start)
			b.StopTimer()
			start = time.Now()
			// pdfsig's exit status speaks of the signature, not of the work.
			_ = exec.Command("pdfsig", paths[i]).Run()
			if err := exec.Command("pdftotext", paths[i], "/dev/null").Run(); err != nil {
				b.Fatal(err)
			}
			if err := exec.Command("sha256sum", paths[i]).Run(); err != nil {
				b.Fatal(err)
			}
			theirs += time.Since(start)
			b.StartTimer()
			n++
		}
	}
	b.ReportMetric(float64(ours.Microseconds())/1000/float64(n), "ms/report")
	b.ReportMetric(float64(theirs.Microseconds())/1000/float64(n), "ms-tools/report")
	b.ReportMetric(float64(ours)/float64(theirs), "×tools")
}

// BenchmarkPool measures the throughput of one and two child processes.
func BenchmarkPool(b *testing.B) {
	dir, _, documents := texts(b)
	m := material(b, dir)
	for _, workers := range []int{1, 2} {
		b.Run(map[int]string{1: "workers=1", 2: "workers=2"}[workers], func(b *testing.B) {
			p := newPool(b, PoolOptions{Workers: workers})
			all := func() {
				var wg sync.WaitGroup
				for _, d := range documents {
					wg.Go(func() {
						if _, err := p.Inspect(context.Background(), PoolRequest{Document: d, Trust: m, At: corpustest.At()}); err != nil {
							b.Error(err)
						}
					})
				}
				wg.Wait()
			}
			all()
			n := 0
			for b.Loop() {
				all()
				n += len(documents)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "reports/s")
		})
	}
}
