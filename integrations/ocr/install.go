package ocr

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"jianding/schemas"
)

// PublicRegistry is where Install fetches from unless told otherwise.
const PublicRegistry = "https://registry.npmjs.org"

// Installation says what to install and from where.
type Installation struct {
	Dir      string
	Registry string // base address of an npm registry (default PublicRegistry)
	// Source is a checkout of this module, to build the helper from; Helper is
	// a built one to copy instead. One of them is needed.
	Source, Helper string
	// Log is told each step, in words.
	Log func(format string, args ...any)

	retryWait time.Duration // between tries of a download; default 1 s
}

// Install fetches the models and the library, checks them against the digests
// pinned here, and puts them and the helper into Dir. What is there and whole
// already is not fetched again. The error is of kind Unavailable where the
// registry cannot be reached, Untrusted where it serves something else,
// Invalid where the helper cannot be built here.
func Install(ctx context.Context, in Installation) error { return install(ctx, in, packages()) }

func install(ctx context.Context, in Installation, packages []npmPackage) error {
	if in.Log == nil {
		in.Log = func(string, ...any) {}
	}
	if in.retryWait == 0 {
		in.retryWait = time.Second
	}
	if in.Registry == "" {
		in.Registry = PublicRegistry
	}
	if err := os.MkdirAll(in.Dir, 0o755); err != nil {
		return schemas.E(schemas.KindUnavailable, "ocr_dir", "安装目录无法建立", err)
	}
	for _, p := range packages {
		if len(p.files) == 0 {
			return schemas.Errorf(schemas.KindInvalid, "ocr_platform", "文字识别仅支持 Linux amd64 / arm64")
		}
		if whole(in.Dir, p) {
			in.Log("%s %s 已安装", p.name, p.version)
			continue
		}
		in.Log("正在下载 %s %s（%d MB）", p.name, p.version, p.size>>20)
		if err := fetch(ctx, in, p); err != nil {
			return err
		}
	}
	if err := installHelper(ctx, in); err != nil {
		return err
	}
	if missing := check(in.Dir, packages); len(missing) > 0 {
		return &schemas.Error{Kind: schemas.KindInternal, Code: "ocr_incomplete", Message: "安装不完整", Problems: missing}
	}
	return nil
}

func whole(dir string, p npmPackage) bool {
	for _, f := range p.files {
		if sum, err := hashFile(filepath.Join(dir, f.to)); err != nil || sum != f.sha256 {
			return false
		}
	}
	return true
}

// fetch downloads one package into a temporary file, and unpacks it when the
// whole of it is what was pinned.
func fetch(ctx context.Context, in Installation, p npmPackage) error {
	tmp, err := os.CreateTemp(in.Dir, ".package-*")
	if err != nil {
		return schemas.E(schemas.KindUnavailable, "ocr_dir", "安装目录不可写", err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	if err := download(ctx, in, p, tmp); err != nil {
		return err
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return unpack(tmp, in.Dir, p.files)
}

// download writes a package's archive and checks its digest.
func download(ctx context.Context, in Installation, p npmPackage, to io.Writer) error {
	base := p.name[strings.LastIndex(p.name, "/")+1:]
	url := fmt.Sprintf("%s/%s/-/%s-%s.tgz", strings.TrimRight(in.Registry, "/"), p.name, base, p.version)
	client := resty.New().SetTimeout(15 * time.Minute).SetRetryCount(3).SetRetryWaitTime(in.retryWait).
		AddRetryCondition(func(r *resty.Response, err error) bool {
			return err != nil || r.StatusCode() >= http.StatusInternalServerError || r.StatusCode() == http.StatusTooManyRequests
		})
	resp, err := client.R().SetContext(ctx).SetDoNotParseResponse(true).Get(url)
	if err != nil {
		return schemas.E(schemas.KindUnavailable, "ocr_registry", "软件源无法访问", err)
	}
	body := resp.RawBody()
	defer body.Close()
	if resp.StatusCode() != http.StatusOK {
		return schemas.E(schemas.KindUnavailable, "ocr_registry", "软件源没有提供该软件包", fmt.Errorf("GET %s: %s", url, resp.Status()))
	}
	h := sha512.New()
	n, err := io.Copy(io.MultiWriter(to, h), io.LimitReader(body, p.size+1))
	switch sum := base64.StdEncoding.EncodeToString(h.Sum(nil)); {
	case err != nil:
		return schemas.E(schemas.KindUnavailable, "ocr_registry", "下载中断", err)
	case n < p.size:
		return schemas.E(schemas.KindUnavailable, "ocr_registry", "下载不完整", fmt.Errorf("%d of %d bytes", n, p.size))
	case n > p.size || sum != p.integrity:
		return schemas.E(schemas.KindUntrusted, "ocr_integrity", "软件包内容与固定的摘要不符，已丢弃", fmt.Errorf("%s %s: sha512-%s", p.name, p.version, sum))
	}
	return nil
}

// unpack writes the wanted files of an archive, each whole or not at all.
func unpack(archive io.Reader, dir string, files []pinned) error {
	bad := func(err error) error {
		return schemas.E(schemas.KindUntrusted, "ocr_integrity", "软件包无法解开", err)
	}
	want := make(map[string]pinned, len(files))
	for _, f := range files {
		want[f.from] = f
	}
	zr, err := gzip.NewReader(archive)
	if err != nil {
		return bad(err)
	}
	for tr := tar.NewReader(zr); len(want) > 0; {
		head, err := tr.Next()
		if err != nil {
			return bad(fmt.Errorf("before %d of its files: %w", len(want), err))
		}
		f, ok := want[head.Name]
		if !ok {
			continue
		}
		if err := place(io.LimitReader(tr, f.size+1), dir, f.to, 0o644); err != nil {
			return err
		}
		if sum, err := hashFile(filepath.Join(dir, f.to)); err != nil || sum != f.sha256 {
			return bad(errors.Join(fmt.Errorf("%s is not what was pinned", f.from), err))
		}
		delete(want, head.Name)
	}
	return nil
}

// place writes a file by way of a temporary one.
func place(from io.Reader, dir, name string, mode os.FileMode) error {
	to := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return schemas.E(schemas.KindUnavailable, "ocr_dir", "安装目录不可写", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(to), ".new-*")
	if err != nil {
		return schemas.E(schemas.KindUnavailable, "ocr_dir", "安装目录不可写", err)
	}
	defer os.Remove(tmp.Name())
	_, err = io.Copy(tmp, from)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), to)
	}
	if err != nil {
		return schemas.E(schemas.KindUnavailable, "ocr_write", "文件写入失败", err)
	}
	return nil
}

// installHelper copies a built helper or builds one: its binding needs a C
// compiler, which the service itself does not.
func installHelper(ctx context.Context, in Installation) error {
	if in.Helper != "" {
		f, err := os.Open(in.Helper)
		if err != nil {
			return schemas.E(schemas.KindInvalid, "ocr_helper", "识别进程程序无法读取", err)
		}
		defer f.Close()
		return place(f, in.Dir, "bin/jianding-ocr", 0o755)
	}
	mod, err := os.ReadFile(filepath.Join(in.Source, "go.mod"))
	if err != nil || !strings.HasPrefix(string(mod), "module jianding\n") {
		return schemas.Errorf(schemas.KindInvalid, "ocr_helper", "没有识别进程程序：请在源代码目录中运行，或用 --source 指定源代码、用 --helper 指定已编译的 jianding-ocr")
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		return schemas.E(schemas.KindInvalid, "ocr_no_go", "编译识别进程需要 Go 工具链；也可在别处编译后用 --helper 指定", err)
	}
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "gcc"
	}
	if _, err := exec.LookPath(strings.Fields(cc)[0]); err != nil {
		return schemas.E(schemas.KindInvalid, "ocr_no_cc", "编译识别进程需要 C 编译器（gcc）；也可在别处编译后用 --helper 指定", err)
	}
	in.Log("正在编译识别进程")
	to, err := filepath.Abs(helperFile(in.Dir))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return schemas.E(schemas.KindUnavailable, "ocr_dir", "安装目录不可写", err)
	}
	cmd := exec.CommandContext(ctx, goTool, "build", "-tags", "ocr", "-trimpath", "-o", to, "./cmd/jianding-ocr")
	cmd.Dir = in.Source
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return schemas.E(schemas.KindInvalid, "ocr_build", "识别进程编译失败", fmt.Errorf("%w: %s", err, out))
	}
	return nil
}
