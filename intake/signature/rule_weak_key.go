package signature

import (
	"fmt"

	"jianding/intake/signature/cms"
	"jianding/schemas"
)

// weakKeyRule: RSA from 2048 bits, curves from 224.
func weakKeyRule() rule {
	return rule{schemas.ReasonWeakKey, schemas.SignatureUntrusted, "密钥长度足够",
		func(v *verification, s *signature) finding {
			if s.verdict == nil || s.verdict.Key == nil {
				return skipped()
			}
			if k := s.verdict.Key; v.weak(k) {
				return failed(fmt.Sprintf("%s %d位", k.Kind, k.Bits))
			}
			return passed()
		}}
}

func (v *verification) weak(k *cms.Key) bool {
	return k == nil || k.Kind == cms.RSA && k.Bits < v.policy.MinRSABits || k.Bits < 224
}

func (v *verification) weakCertificate(c *cms.Certificate) bool {
	k, err := c.Key()
	return err != nil || v.weak(k)
}

// weakAbove finds an authority between a certificate and its root whose key is
// too short: who breaks it certifies whom he likes. The root is the district's
// choice.
func (v *verification) weakAbove(chain []*cms.Certificate) *cms.Certificate {
	for i := 1; i+1 < len(chain); i++ {
		if v.weakCertificate(chain[i]) {
			return chain[i]
		}
	}
	return nil
}
