// Package schemas is the vocabulary of Jianding: grades, findings, reports,
// hazards, escalations, deliveries and the closed lists of codes with their
// Chinese sentences. It uses the standard library alone, so that every other
// package may import it, and it holds the published contracts (openapi.yaml,
// *.schema.json).
//
// Start reading at [Assessment], the result of looking at one report, and
// [Report], the ledger's view of it.
package schemas
