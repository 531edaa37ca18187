package workers

import (
	"encoding/json"
	"strings"

	"jianding/schemas"
)

// lane is a queue with its own asynq server and pool. What is critical must
// never wait behind what is slow: ladder ticks not behind messages to a dead
// mail server, short documents not behind long ones, nothing behind the
// platform.
type lane string

const (
	laneCritical   lane = "critical"
	laneNotify     lane = "notify"
	laneAssess     lane = "assess"      // short documents
	laneAssessLong lane = "assess_long" // long documents, re-assessments, OCR
	laneBackground lane = "background"
)

func lanes() []lane {
	return []lane{laneCritical, laneNotify, laneAssess, laneAssessLong, laneBackground}
}

// markLong is the outcome of an attempt that found its document to be a long
// one; the ledger keeps it, so that the next attempt takes the long lane.
const markLong = "long"

// laneOf chooses by kind, and for assessments by what the last attempt found.
func laneOf(o schemas.Obligation) lane {
	switch o.Kind {
	case schemas.OweEscalate, schemas.OweNoticeWatch, schemas.OweHeartbeat:
		return laneCritical
	case schemas.OweNotify:
		return laneNotify
	case schemas.OweAssess:
		if strings.HasPrefix(o.Outcome, markLong) || receivedLong(o) {
			return laneAssessLong
		}
		return laneAssess
	case schemas.OweReassess, schemas.OweOCR:
		return laneAssessLong
	}
	return laneBackground
}

// receivedLong says that the door took the document for a long one.
func receivedLong(o schemas.Obligation) bool {
	var p struct {
		Long bool `json:"long"`
	}
	return len(o.Payload) > 0 && json.Unmarshal(o.Payload, &p) == nil && p.Long
}

func (w *Workers) concurrency(l lane) int {
	switch l {
	case laneCritical:
		return w.Limits.Critical
	case laneNotify:
		return w.Limits.Notify
	case laneAssess:
		return w.Limits.AssessShort
	case laneAssessLong:
		return w.Limits.AssessLong
	}
	return w.Limits.Background
}

// batches are what one sweep asks the ledger for, each by itself, so that a
// backlog of one never hides the others; the most urgent first.
func batches() [][]schemas.ObligationKind {
	return [][]schemas.ObligationKind{
		{schemas.OweEscalate, schemas.OweNoticeWatch, schemas.OweHeartbeat},
		{schemas.OweNotify},
		{schemas.OweAssess},
		{schemas.OweFile, schemas.OweAgencyNotice, schemas.OweReviewWatch, schemas.OweReconcile},
		{schemas.OweOCR, schemas.OweReassess},
	}
}

// allKinds lists every kind that the workers know.
func allKinds() []schemas.ObligationKind {
	var all []schemas.ObligationKind
	for _, b := range batches() {
		all = append(all, b...)
	}
	return all
}
