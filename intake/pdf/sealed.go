package pdf

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rand"
	"crypto/rc4"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// sealed encrypts the data of a stream as the others of the document are (ISO
// 32000-2 §7.6), with the key that pdfcpu found for its empty password. Where it
// is not right the stream cannot be read, as before. The methods are the file's.
func sealed(pc *model.Context, s newStream) []byte {
	if pc.E == nil {
		return s.data
	}
	key := pc.EncKey
	if pc.E.R < 5 { // a key of each object's own (algorithm 1)
		k := append(bytes.Clone(key), byte(s.number), byte(s.number>>8), byte(s.number>>16), byte(s.generation), byte(s.generation>>8))
		if pc.AES4Streams {
			k = append(k, "sAlT"...)
		}
		sum := md5.Sum(k)
		key = sum[:min(len(key)+5, len(sum))]
	}
	if !pc.AES4Streams {
		c, err := rc4.NewCipher(key)
		if err != nil {
			return nil
		}
		out := make([]byte, len(s.data))
		c.XORKeyStream(out, s.data)
		return out
	}
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	pad := aes.BlockSize - len(s.data)%aes.BlockSize
	plain := append(bytes.Clone(s.data), bytes.Repeat([]byte{byte(pad)}, pad)...)
	out := make([]byte, aes.BlockSize+len(plain))
	if _, err := rand.Read(out[:aes.BlockSize]); err != nil {
		return nil
	}
	cipher.NewCBCEncrypter(c, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], plain)
	return out
}
