package receipts

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"jianding/schemas"
)

// Keeper holds the private key and signs receipts and tree heads with it.
type Keeper struct {
	signer note.Signer
	public string
}

// GenerateKey makes a new key pair under a name (the service's host name is a
// good one; no spaces, no "+") as two lines of text. rnd is crypto/rand.Reader
// outside tests.
func GenerateKey(rnd io.Reader, name string) (private, public string, err error) {
	if name == "" || strings.ContainsAny(name, "+ \t\r\n") {
		return "", "", schemas.Errorf(schemas.KindInvalid, "receipt_key_name", "密钥名称 %q 不能为空，也不能含空格或加号", name)
	}
	return note.GenerateKey(rnd, name)
}

// NewKeeper takes a private key line as [GenerateKey] makes it.
func NewKeeper(private string) (*Keeper, error) {
	private = strings.TrimSpace(private)
	s, err := note.NewSigner(private)
	if err != nil {
		return nil, schemas.E(schemas.KindInvalid, "receipt_key_malformed", "回执签名私钥格式不正确", errors.New("not a signed-note private key"))
	}
	public, err := publicOf(private)
	if err != nil {
		return nil, err
	}
	return &Keeper{signer: s, public: public}, nil
}

// publicOf derives the public line from the private one, so that one file is
// enough: PRIVATE+KEY+name+hash+base64(algorithm byte, Ed25519 seed).
func publicOf(private string) (string, error) {
	parts := strings.SplitN(private, "+", 5)
	if len(parts) != 5 {
		return "", schemas.Errorf(schemas.KindInvalid, "receipt_key_malformed", "回执签名私钥格式不正确")
	}
	seed, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return "", schemas.Errorf(schemas.KindInvalid, "receipt_key_malformed", "回执签名私钥格式不正确")
	}
	pub := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	return note.NewEd25519VerifierKey(parts[2], pub)
}

// LoadKeeper reads the private key from a file, and makes the file (mode
// 0600, with a fresh key) when there is none. The public key is written
// beside it as path + ".pub", for those who verify.
func LoadKeeper(path, name string) (*Keeper, error) {
	b, err := os.ReadFile(path)
	if err == nil {
		return NewKeeper(string(b))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, schemas.E(schemas.KindUnavailable, "receipt_key_unreadable", "无法读取回执签名私钥", err)
	}
	private, public, err := GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, err
	}
	if err := createKeyFile(path, private, public); err != nil {
		// Another process of the same service may have made it just now.
		if errors.Is(err, fs.ErrExist) {
			if b, err = os.ReadFile(path); err == nil {
				return NewKeeper(string(b))
			}
		}
		return nil, schemas.E(schemas.KindUnavailable, "receipt_key_unwritable", "无法写入回执签名私钥", err)
	}
	return NewKeeper(private)
}

// createKeyFile writes a temporary file and links it into place, so that a
// key that exists is always a whole one and is never replaced.
func createKeyFile(path, private, public string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".receipt-key-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(private + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return os.WriteFile(path+".pub", []byte(public+"\n"), 0o644)
}

// PublicKey returns the line that [Verify] and [VerifyProof] need.
func (k *Keeper) PublicKey() string { return k.public }

// Name returns the name under which the key signs; tree heads use it as
// their origin.
func (k *Keeper) Name() string { return k.signer.Name() }

// Sign returns the signed receipt. Ed25519 is deterministic: signing the same
// receipt again gives the same bytes.
func (k *Keeper) Sign(r Receipt) (string, error) {
	if _, err := ParseText(r.Text()); err != nil {
		return "", err
	}
	return k.sign(r.Text())
}

func (k *Keeper) sign(text string) (string, error) {
	b, err := note.Sign(&note.Note{Text: text}, k.signer)
	if err != nil {
		return "", schemas.E(schemas.KindInternal, "receipt_sign", "签发回执失败", err)
	}
	return string(b), nil
}
