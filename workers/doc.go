// Package workers does what the system owes. An obligation is a row of the
// ledger; this package finds the ones that are due (the sweep), hands their
// ids to asynq, takes a lease, does the work and records a named outcome.
// Queue and process may vanish at any moment: whatever is owed stays owed, and
// the next sweep finds it.
//
// Start at [Workers.Run]; then sweep.go (what is due), queue.go (asynq and
// what it must not be trusted with), execute.go (lease, outcome, policy), and
// one file per kind of obligation: assess, reassess, ocr, file, escalate,
// notify, notice_watch, review_watch, reconcile, agency_notice, heartbeat.
// The rules that decide what follows from a reading are pure and sit in
// consequences.go; those of the escalation ladder in workers/ladder.
package workers
