// Package web is the HTTP door: the API for agencies and officers, the
// agencies' portal, the committee's console, one-time links and health.
//
// It is thin. Rules come from elsewhere: what a decision makes owed and which
// case a notice opens are functions in [Options]; everything that is kept is
// kept by the ledger and by the store of originals.
//
// Start reading at [New] and its route table (routes.go); the way of one
// upload is upload.go (reading and refusing) and accept.go (keeping). Errors
// become RFC 9457 problems in problem.go, once.
package web
