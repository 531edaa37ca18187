// Package receipts makes and checks what an agency keeps as proof: a receipt
// signed at once with Ed25519, and later the proof that the event it speaks of
// is in the append-only Merkle log.
//
// Both use published formats, so that anybody can check them without this
// program: a receipt is a signed note (C2SP signed-note, as in
// golang.org/x/mod/sumdb/note) over a text of fixed lines, and a tree head is
// a checkpoint (C2SP tlog-checkpoint) of an RFC 6962 tree.
//
// Start reading at [Receipt] and [Keeper]; the log is in log.go.
package receipts
