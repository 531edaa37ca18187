// Package signing makes signed PDFs, with a PKI of its own when none is given:
// for samples, load and tests, never on agencies' documents. It signs with
// RSA (PKCS #1 v1.5 and PSS), ECDSA, Ed25519 and SM2, in CMS, GM/T 0010 and
// electronic seals (V1, V4, V5), as incremental updates with tables or streams,
// and adds time-stamps, CRLs, OCSP responses, the document security store and
// document time-stamps.
//
// It can also do each thing wrong, one at a time ([Faults]), so that a test can
// show that the verifier notices.
//
// Start reading at [Sign]; [NewAuthority] makes certificates, [Document] makes
// PDFs to sign.
package signing
