package cms

import (
	"math/big"
)

// weierstrass is a short Weierstrass curve y² = x³ + ax + b over a prime
// field. It serves verification only (nothing secret), for the curves of
// RFC 5639 that European trust centres issue certificates on and that the
// standard library does not have.
type weierstrass struct {
	p, a, b, n *big.Int
	gx, gy     *big.Int
}

func hexInt(s string) *big.Int {
	n, ok := new(big.Int).SetString(s, 16)
	if !ok {
		return new(big.Int)
	}
	return n
}

// brainpool returns the curve of an object identifier (RFC 5639, 3), nil for
// any other.
func brainpool(oid string) *weierstrass {
	switch oid {
	case "1.3.36.3.3.2.8.1.1.7": // brainpoolP256r1
		return &weierstrass{
			p:  hexInt("A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377"),
			a:  hexInt("7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9"),
			b:  hexInt("26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6"),
			gx: hexInt("8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262"),
			gy: hexInt("547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997"),
			n:  hexInt("A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7"),
		}
	case "1.3.36.3.3.2.8.1.1.11": // brainpoolP384r1
		return &weierstrass{
			p:  hexInt("8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53"),
			a:  hexInt("7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826"),
			b:  hexInt("04A8C7DD22CE28268B39B55416F0447C2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943AB78696FA504C11"),
			gx: hexInt("1D1C64F068CF45FFA2A63A81B7C13F6B8847A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AAEF87B2E247D4AF1E"),
			gy: hexInt("8ABE1D7520F9C2A45CB1EB8E95CFD55262B70B29FEEC5864E19C054FF99129280E4646217791811142820341263C5315"),
			n:  hexInt("8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565"),
		}
	case "1.3.36.3.3.2.8.1.1.13": // brainpoolP512r1
		return &weierstrass{
			p:  hexInt("AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA703308717D4D9B009BC66842AECDA12AE6A380E62881FF2F2D82C68528AA6056583A48F3"),
			a:  hexInt("7830A3318B603B89E2327145AC234CC594CBDD8D3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CA"),
			b:  hexInt("3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CADC083E67984050B75EBAE5DD2809BD638016F723"),
			gx: hexInt("81AEE4BDD82ED9645A21322E9C4C6A9385ED9F70B5D916C1B43B62EEF4D0098EFF3B1F78E2D0D48D50D1687B93B97D5F7C6D5047406A5E688B352209BCB9F822"),
			gy: hexInt("7DDE385D566332ECC0EABFA9CF7822FDF209F70024A57B1AA000C55B881F8111B2DCDE494A5F485E5BCA4BD88A2763AED1CA2B2FA8F0540678CD1E0F3AD80892"),
			n:  hexInt("AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA70330870553E5C414CA92619418661197FAC10471DB1D381085DDADDB58796829CA90069"),
		}
	}
	return nil
}

// point decodes an uncompressed point and checks that it is on the curve.
func (w *weierstrass) point(b []byte) (x, y *big.Int, ok bool) {
	size := (w.p.BitLen() + 7) / 8
	if len(b) != 1+2*size || b[0] != 4 {
		return nil, nil, false
	}
	x, y = new(big.Int).SetBytes(b[1:1+size]), new(big.Int).SetBytes(b[1+size:])
	if x.Cmp(w.p) >= 0 || y.Cmp(w.p) >= 0 {
		return nil, nil, false
	}
	left := new(big.Int).Mul(y, y)
	right := new(big.Int).Mul(x, x)
	right.Add(right, w.a).Mul(right, x).Add(right, w.b)
	left.Sub(left, right).Mod(left, w.p)
	return x, y, left.Sign() == 0
}

// add adds two affine points; nil is the point at infinity.
func (w *weierstrass) add(x1, y1, x2, y2 *big.Int) (x, y *big.Int) {
	if x1 == nil {
		return x2, y2
	}
	if x2 == nil {
		return x1, y1
	}
	num, den := new(big.Int), new(big.Int)
	if x1.Cmp(x2) == 0 {
		if y1.Cmp(y2) != 0 || y1.Sign() == 0 {
			return nil, nil
		}
		num.Mul(x1, x1).Mul(num, big.NewInt(3)).Add(num, w.a)
		den.Lsh(y1, 1)
	} else {
		num.Sub(y2, y1)
		den.Sub(x2, x1)
	}
	den.Mod(den, w.p).ModInverse(den, w.p)
	num.Mul(num, den).Mod(num, w.p)
	x = new(big.Int).Mul(num, num)
	x.Sub(x, x1).Sub(x, x2).Mod(x, w.p)
	y = new(big.Int).Sub(x1, x)
	y.Mul(y, num).Sub(y, y1).Mod(y, w.p)
	return x, y
}

func (w *weierstrass) multiply(x, y, k *big.Int) (rx, ry *big.Int) {
	for i := k.BitLen() - 1; i >= 0; i-- {
		rx, ry = w.add(rx, ry, rx, ry)
		if k.Bit(i) == 1 {
			rx, ry = w.add(rx, ry, x, y)
		}
	}
	return rx, ry
}

// verify is ECDSA verification (FIPS 186-5, 6.4.2) with the public point x, y.
func (w *weierstrass) verify(x, y *big.Int, digest []byte, r, s *big.Int) bool {
	if r.Sign() <= 0 || s.Sign() <= 0 || r.Cmp(w.n) >= 0 || s.Cmp(w.n) >= 0 {
		return false
	}
	e := new(big.Int).SetBytes(digest)
	if excess := len(digest)*8 - w.n.BitLen(); excess > 0 {
		e.Rsh(e, uint(excess))
	}
	inv := new(big.Int).ModInverse(s, w.n)
	u1 := new(big.Int).Mul(e, inv)
	u1.Mod(u1, w.n)
	u2 := new(big.Int).Mul(r, inv)
	u2.Mod(u2, w.n)
	x1, y1 := w.multiply(w.gx, w.gy, u1)
	x2, y2 := w.multiply(x, y, u2)
	vx, _ := w.add(x1, y1, x2, y2)
	if vx == nil {
		return false
	}
	return new(big.Int).Mod(vx, w.n).Cmp(r) == 0
}
