// Package ledger is the system of record: reports and their assessments,
// obligations, cases, notices, notifications, deliveries, the register, people
// and events, on SQLite or PostgreSQL with one query text.
//
// Start reading at contract.go (what it does), then tx.go (how a transaction
// runs), casing.go (one hazard is one case) and obligations.go (leases).
package ledger
