package main

import (
	"testing"

	"jianding/intake/signature"
)

// TestSignaturePolicyFromConfiguration: what a district decides reaches the
// verifier, and verdicts tell that it is not the shipped policy.
func TestSignaturePolicyFromConfiguration(t *testing.T) {
	if p := (signatureConfig{}).policy(); *p != signature.DefaultPolicy() {
		t.Errorf("default: %+v", p)
	}
	if p := (signatureConfig{Revocation: "review"}).policy(); *p != signature.DefaultPolicy() {
		t.Errorf("review: %+v", p)
	}
	accept := signatureConfig{Revocation: "accept", RequirePerson: true, AllowRestricted: true}.policy()
	if !accept.AcceptUnknownRevocation || accept.RequireRevocation || !accept.RequirePerson || !accept.AllowRestricted || accept.Name == signature.DefaultPolicy().Name {
		t.Errorf("accept: %+v", accept)
	}
	if p := (signatureConfig{Revocation: "refuse"}).policy(); !p.RequireRevocation {
		t.Errorf("refuse: %+v", p)
	}
}
