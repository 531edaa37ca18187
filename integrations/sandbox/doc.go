// Package sandbox is a platform to file reports with: it implements the
// reference contract (schemas/platform.openapi.yaml) strictly, keeps its
// records in an append-only log, shows them on a small page, calls back, and
// breaks on demand. It shares no code with integrations/municipal, so that a
// mistake in one does not cancel out in the other.
//
// Start reading at [Options] and [Server]; what can go wrong on purpose is in
// faults.go, and what counts as a record in records.go.
package sandbox
