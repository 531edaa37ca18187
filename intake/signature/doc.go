// Package signature decides who signed a document, whether every byte is
// covered, and whether the signer is a trusted, registered agency. It is pure:
// no clock, no network; the instant of receipt and the trust data are given.
//
// Layers, in the order in which a document passes them:
//
//	raw bytes       rule_byte_range.go, rule_gap.go, …   (rawRules)
//	container       CMS, GM/T 0010, time-stamps, seals    (containerRules, package cms)
//	strength        algorithms and formats                (strengthRules)
//	changes         what later revisions did              (judge_changes.go, packages revision and changes)
//	trust           chain, time, revocation               (trustRules)
//	register        which agency, in what standing        (registerRules)
//
// Each check is one file, rule_*.go; rules.go lists them. Integrity is judged
// before trust: a changed file is never merely untrusted. Start reading at
// [Verify].
package signature
