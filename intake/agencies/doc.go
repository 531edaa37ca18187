// Package agencies is the register of certified appraisal agencies and of the
// people who work with the service: reading and writing agencies.yaml, the
// check of credit codes, bearer tokens and passwords. It keeps nothing; the
// ledger does.
//
// Start reading at [ReadRegister].
package agencies
