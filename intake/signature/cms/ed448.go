package cms

import (
	"bytes"
	"crypto/sha3"
	"math/big"
	"slices"
)

// ed448 is edwards448 (RFC 8032, 5.2): x² + y² = 1 + d x² y² modulo
// p = 2⁴⁴⁸ − 2²²⁴ − 1 with d = −39081. Only verification, so that plain
// arithmetic with math/big is safe.
type ed448 struct {
	p, d, order *big.Int
	bx, by      *big.Int
}

func newEd448() *ed448 {
	one := big.NewInt(1)
	p := new(big.Int).Lsh(one, 448)
	p.Sub(p, new(big.Int).Lsh(one, 224)).Sub(p, one)
	dec := func(s string) *big.Int { n, _ := new(big.Int).SetString(s, 10); return n }
	return &ed448{
		p:     p,
		d:     new(big.Int).Mod(big.NewInt(-39081), p),
		order: new(big.Int).Sub(new(big.Int).Lsh(one, 446), dec("13818066809895115352007386748515426880336692474882178609894547503885")),
		bx:    dec("224580040295924300187604334099896036246789641632564134246125461686950415467406032909029192869357953282578032075146446173674602635247710"),
		by:    dec("298819210078481492676017930443930673437544040154080242095928241372331506189835876003536878655418784733982303233503462500531545062832660"),
	}
}

// projective point (X:Y:Z)
type ed448Point struct{ x, y, z *big.Int }

func (c *ed448) add(a, b ed448Point) ed448Point {
	mul := func(x, y *big.Int) *big.Int { r := new(big.Int).Mul(x, y); return r.Mod(r, c.p) }
	A := mul(a.z, b.z)
	B := mul(A, A)
	C := mul(a.x, b.x)
	D := mul(a.y, b.y)
	E := mul(c.d, mul(C, D))
	F := new(big.Int).Sub(B, E)
	G := new(big.Int).Add(B, E)
	H := mul(new(big.Int).Add(a.x, a.y), new(big.Int).Add(b.x, b.y))
	H.Sub(H, C).Sub(H, D)
	return ed448Point{
		x: mul(mul(A, F), H),
		y: mul(mul(A, G), new(big.Int).Sub(D, C)),
		z: mul(F, G),
	}
}

func (c *ed448) multiply(a ed448Point, k *big.Int) ed448Point {
	r := ed448Point{new(big.Int), big.NewInt(1), big.NewInt(1)}
	for i := k.BitLen() - 1; i >= 0; i-- {
		r = c.add(r, r)
		if k.Bit(i) == 1 {
			r = c.add(r, a)
		}
	}
	return r
}

func littleEndian(b []byte) *big.Int {
	r := bytes.Clone(b)
	slices.Reverse(r)
	return new(big.Int).SetBytes(r)
}

// decode is RFC 8032, 5.2.3.
func (c *ed448) decode(b []byte) (ed448Point, bool) {
	y := littleEndian(b[:56])
	if b[56]&0x7f != 0 || y.Cmp(c.p) >= 0 {
		return ed448Point{}, false
	}
	sign := uint(b[56] >> 7)
	one := big.NewInt(1)
	y2 := new(big.Int).Mul(y, y)
	u := new(big.Int).Sub(y2, one)
	v := new(big.Int).Mul(c.d, y2)
	v.Sub(v, one).Mod(v, c.p)
	if v.Sign() == 0 {
		return ed448Point{}, false
	}
	x := new(big.Int).ModInverse(v, c.p)
	x.Mul(x, u).Mod(x, c.p)
	if x.ModSqrt(x, c.p) == nil {
		return ed448Point{}, false
	}
	if x.Sign() == 0 && sign == 1 {
		return ed448Point{}, false
	}
	if x.Bit(0) != sign {
		x.Sub(c.p, x)
	}
	return ed448Point{x, y, one}, true
}

// verifyEd448 verifies pure Ed448 with an empty context (RFC 8032, 5.2.7;
// RFC 8419).
func verifyEd448(key, message, sig []byte) bool {
	if len(key) != 57 || len(sig) != 114 {
		return false
	}
	c := newEd448()
	a, ok1 := c.decode(key)
	r, ok2 := c.decode(sig[:57])
	s := littleEndian(sig[57:])
	if !ok1 || !ok2 || s.Cmp(c.order) >= 0 {
		return false
	}
	h := sha3.NewSHAKE256()
	_, _ = h.Write([]byte("SigEd448\x00\x00"))
	_, _ = h.Write(sig[:57])
	_, _ = h.Write(key)
	_, _ = h.Write(message)
	digest := make([]byte, 114)
	_, _ = h.Read(digest)
	k := new(big.Int).Mod(littleEndian(digest), c.order)
	left := c.multiply(ed448Point{c.bx, c.by, big.NewInt(1)}, s)
	right := c.add(r, c.multiply(a, k))
	eq := func(a, az, b, bz *big.Int) bool {
		l := new(big.Int).Mul(a, bz)
		l.Sub(l, new(big.Int).Mul(b, az)).Mod(l, c.p)
		return l.Sign() == 0
	}
	return eq(left.x, left.z, right.x, right.z) && eq(left.y, left.z, right.y, right.z)
}
