package revision

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRoom: an object is the same whether its parser shares names and arrays with
// others or not, after objects that broke in the middle too.
func TestRoom(t *testing.T) {
	shared := &room{}
	for _, text := range []string{
		"[/A /B [/A 1 [] 2] << /A [/B] >> 3]", "[/A [/B [1", "<< /A [1 2 /B] /A /A >>", "[/A#42 /A#0 /#00 / /A/B]", "[]",
		"[/x (y) [[[[1]]]] /B]", "/A#4", "[/A /B] /C", "<< /K [/A << /L [1 2", "[/A /B /A]",
	} {
		alone := &parser{data: []byte(text), budget: &budget{values: 1000}}
		among := &parser{data: []byte(text), budget: &budget{values: 1000}, room: shared}
		a, errA := alone.object(0)
		b, errB := among.object(0)
		if (errA == nil) != (errB == nil) || alone.pos != among.pos || alone.ambiguous != among.ambiguous {
			t.Errorf("%s: %v at %d, %v at %d", text, errA, alone.pos, errB, among.pos)
		}
		if d := cmp.Diff(a, b); d != "" {
			t.Errorf("%s: %s", text, d)
		}
		if len(shared.items) != 0 {
			t.Errorf("%s: %d items are left over", text, len(shared.items))
		}
	}
}
