package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	tusd "github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"

	"jianding/schemas"
)

// uploadsPath is where resumable uploads live (tus 1.0.0, by tusd).
const uploadsPath = "/v1/uploads/"

// resumable is the tus side of the door. tusd keeps the pieces; a finished
// upload goes the same way as any other document ([server.accept]).
//
// The pieces belong to this process alone, so its locks are in memory: a lock
// file outlives a crash, and in a container, where every process is number 1,
// looks like a live one for ever.
//
// Beside an upload's two files there is "<id>.done" once it was accepted: it
// holds the report's id, so that a client whose connection broke on the last
// byte asks again and gets its receipt.
type resumable struct {
	server *server
	dir    string
	store  filestore.FileStore
	locker *memorylocker.MemoryLocker
	tus    http.Handler
}

// keepUploads is how long an upload may lie between two pieces.
const keepUploads = 48 * time.Hour

func (s *server) mountUploads(mux *http.ServeMux) error {
	u := &resumable{server: s, dir: filepath.Join(s.spoolDir, "resumable"), locker: memorylocker.New()}
	if err := os.MkdirAll(u.dir, 0o700); err != nil {
		return diskError(err)
	}
	u.sweep(time.Now().Add(-keepUploads))
	u.store = filestore.New(u.dir)
	u.store.FileModePerm, u.store.DirModePerm = 0o600, 0o700
	composer := tusd.NewStoreComposer()
	composer.UseCore(u.store)
	composer.UseTerminater(u.store)
	u.locker.UseIn(composer)
	tus, err := tusd.NewHandler(tusd.Config{
		StoreComposer: composer, BasePath: uploadsPath, MaxSize: s.maxUpload, DisableDownload: true, DisableConcatenation: true,
		Cors: &tusd.CorsConfig{Disable: true}, NetworkTimeout: s.BodyPause, Logger: discardLogs(),
		PreUploadCreateCallback: u.beforeCreate, PreFinishResponseCallback: u.finished,
	})
	if err != nil {
		return schemas.E(schemas.KindInternal, "tus", "断点续传接口无法启动", err)
	}
	u.tus = http.StripPrefix(uploadsPath, tus)
	mux.HandleFunc(uploadsPath, u.serve)
	mux.HandleFunc(strings.TrimSuffix(uploadsPath, "/"), func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = uploadsPath
		u.serve(w, r)
	})
	mux.HandleFunc("POST "+uploadsPath+"{id}/finish", s.api(route{handle: u.finish}))
	return nil
}

// sweep removes uploads that nobody came back to.
func (u *resumable) sweep(before time.Time) {
	entries, err := os.ReadDir(u.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.ModTime().Before(before) {
			_ = os.Remove(filepath.Join(u.dir, e.Name()))
		}
	}
}

type principalKey struct{}

func uploadIDForm() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{32}$`) }

// serve authenticates, holds everybody to their own uploads, and lets tusd
// answer; its errors leave as problem documents.
func (u *resumable) serve(w http.ResponseWriter, r *http.Request) {
	s := u.server
	setSecurityHeaders(w.Header())
	if r.Method == http.MethodOptions {
		u.tus.ServeHTTP(w, r)
		return
	}
	p, err := s.bearer(r)
	if err == nil {
		err = p.needUpload(s.now())
	}
	if id := strings.TrimPrefix(r.URL.Path, uploadsPath); err == nil && id != "" {
		_, err = u.own(r.Context(), p, id)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if r.Method == http.MethodPatch {
		// A request that asks for the same upload makes tusd stop this one by the
		// connection's read deadline, perhaps after its answer: the next request
		// on the connection must not be the one that it stops.
		w.Header().Set("Connection", "close")
	}
	tw := &tusWriter{ResponseWriter: w, fail: func(err error) { s.fail(w, r, err) }}
	u.tus.ServeHTTP(tw, r.WithContext(context.WithValue(r.Context(), principalKey{}, p)))
	tw.finish()
}

// own loads an upload of the principal's agency.
func (u *resumable) own(ctx context.Context, p principal, id string) (tusd.FileInfo, error) {
	if !uploadIDForm().MatchString(id) {
		return tusd.FileInfo{}, notFound()
	}
	up, err := u.store.GetUpload(ctx, id)
	if err != nil {
		if errors.Is(err, tusd.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			return tusd.FileInfo{}, notFound()
		}
		return tusd.FileInfo{}, diskError(err)
	}
	info, err := up.GetInfo(ctx)
	if err != nil {
		return info, diskError(err)
	}
	if p.agency == nil || info.MetaData["agency"] != p.agency.ID {
		return tusd.FileInfo{}, notFound()
	}
	return info, nil
}

// beforeCreate checks everything that can be told before the first byte.
func (u *resumable) beforeCreate(hook tusd.HookEvent) (tusd.HTTPResponse, tusd.FileInfoChanges, error) {
	p, ok := hook.Context.Value(principalKey{}).(principal)
	if !ok {
		return tusd.HTTPResponse{}, tusd.FileInfoChanges{}, tusError(badToken())
	}
	var f findings
	key := f.idempotencyKey(hook.HTTPRequest.Header)
	meta := hook.Upload.MetaData
	m := f.parseFields([]byte(meta["metadata"]), declaredFields()...)
	f.declared(m)
	if hook.Upload.Size == 0 && !hook.Upload.SizeIsDeferred {
		code, msg := sniff(nil)
		f.add("Upload-Length", code, msg)
	}
	if sum, err := hex.DecodeString(meta["sha256"]); err != nil || (len(sum) != 0 && len(sum) != sha256.Size) {
		f.add("sha256", "digest_malformed", "SHA-256 应为 64 位十六进制数")
	}
	if err := f.err(); err != nil {
		return tusd.HTTPResponse{}, tusd.FileInfoChanges{}, tusError(err)
	}
	u.sweep(time.Now().Add(-keepUploads))
	id, err := u.newID(p.agency.ID)
	if err != nil {
		return tusd.HTTPResponse{}, tusd.FileInfoChanges{}, tusError(err)
	}
	name := fileName(meta["filename"])
	if name == "" {
		name = fileName(m["filename"])
	}
	return tusd.HTTPResponse{}, tusd.FileInfoChanges{ID: id, MetaData: tusd.MetaData{
		"agency": p.agency.ID, "key": key, "metadata": meta["metadata"], "filename": name, "sha256": strings.ToLower(meta["sha256"]),
	}}, nil
}

// maxUnfinished is how many uploads an agency may leave lying about: more than
// a few are clients that never come back, and each may fill the disk.
const maxUnfinished = 64

// newID names a new upload. It begins with its agency's mark, so that an
// agency's unfinished uploads are counted by a look at the names.
func (u *resumable) newID(agencyID string) (string, error) {
	mark := sha256.Sum256([]byte(agencyID))
	prefix := hex.EncodeToString(mark[:4])
	begun, err := filepath.Glob(filepath.Join(u.dir, prefix+"*.info"))
	if err != nil {
		return "", diskError(err)
	}
	done, err := filepath.Glob(filepath.Join(u.dir, prefix+"*.done"))
	if err != nil {
		return "", diskError(err)
	}
	if len(begun)-len(done) >= maxUnfinished {
		return "", schemas.Errorf(schemas.KindConflict, "too_many_unfinished",
			"未传完的文件已有 %d 个，请先续传或删除（DELETE /v1/uploads/{id}），或用 POST /v1/reports 上传", maxUnfinished)
	}
	random := make([]byte, 12)
	if _, err := rand.Read(random); err != nil {
		return "", schemas.E(schemas.KindInternal, "random", "系统随机数不可用", err)
	}
	return prefix + hex.EncodeToString(random), nil
}

// finished is called by tusd after the last byte, before the answer.
func (u *resumable) finished(hook tusd.HookEvent) (tusd.HTTPResponse, error) {
	p, ok := hook.Context.Value(principalKey{}).(principal)
	if !ok {
		return tusd.HTTPResponse{}, tusError(badToken())
	}
	v, created, err := u.accept(hook.Context, p, hook.Upload)
	if err != nil {
		return tusd.HTTPResponse{}, tusError(err)
	}
	body, err := json.Marshal(v)
	if err != nil {
		return tusd.HTTPResponse{}, tusError(err)
	}
	status := http.StatusOK
	if created {
		status = http.StatusAccepted
	}
	return tusd.HTTPResponse{StatusCode: status, Body: string(body), Header: tusd.HTTPHeader{
		"Content-Type": "application/json; charset=utf-8", "Content-Location": v.Links["self"],
	}}, nil
}

// finish is POST /v1/uploads/{id}/finish: for a client that lost the answer,
// or that met a store that was down at the last byte.
func (u *resumable) finish(w http.ResponseWriter, r *http.Request, p principal) error {
	if err := p.needUpload(u.server.now()); err != nil {
		return err
	}
	id := r.PathValue("id")
	if _, err := u.own(r.Context(), p, id); err != nil {
		return err
	}
	// The request that brought the last byte may still be at work on it.
	unlock, err := u.lock(r.Context(), id)
	if err != nil {
		return err
	}
	defer unlock()
	info, err := u.own(r.Context(), p, id)
	if err != nil {
		return err
	}
	if info.Offset != info.Size {
		return schemas.E(schemas.KindConflict, "upload_unfinished", "文件尚未传完", nil)
	}
	v, created, err := u.accept(r.Context(), p, info)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusAccepted
	}
	writeJSON(w, status, v)
	return nil
}

// lock keeps an upload from everybody else, tusd included.
func (u *resumable) lock(ctx context.Context, id string) (unlock func(), err error) {
	busy := schemas.E(schemas.KindUnavailable, "upload_busy", "该上传正在处理中，请稍后重试", nil)
	l, err := u.locker.NewLock(id)
	if err != nil {
		return nil, busy
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := l.Lock(ctx, func() {}); err != nil {
		return nil, busy
	}
	return func() { _ = l.Unlock() }, nil // it never fails
}

// accept takes a whole upload in, once.
func (u *resumable) accept(ctx context.Context, p principal, info tusd.FileInfo) (receiptView, bool, error) {
	s, path := u.server, filepath.Join(u.dir, info.ID)
	if id, err := os.ReadFile(path + ".done"); err == nil {
		rep, err := s.findReport(ctx, p, string(id))
		if err != nil {
			return receiptView{}, false, err
		}
		v, err := s.receiptOf(rep, false)
		return v, false, err
	}
	f, err := os.Open(path)
	if err != nil {
		return receiptView{}, false, diskError(err)
	}
	defer f.Close()
	a, err := u.judge(p, info, f)
	if err != nil {
		return receiptView{}, false, err
	}
	rep, created, err := s.accept(ctx, a)
	if err != nil {
		return receiptView{}, false, err
	}
	// The report is durable: failing to note it only costs a second reading.
	// The note is on disk before the pieces go.
	if writeSynced(path+".done", rep.ID) == nil {
		// tusd tells the offset by the file's size: keep that, free the disk.
		if os.Truncate(path, 0) == nil {
			_ = os.Truncate(path, info.Size)
		}
	}
	v, err := s.receiptOf(rep, created)
	return v, created, err
}

func writeSynced(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// judge reads the whole upload and checks what every upload is checked for.
func (u *resumable) judge(p principal, info tusd.FileInfo, f *os.File) (arrival, error) {
	h := newHashes()
	if _, err := io.Copy(h, f); err != nil {
		return arrival{}, diskError(err)
	}
	var found findings
	d := found.declared(found.parseFields([]byte(info.MetaData["metadata"]), declaredFields()...))
	if code, msg := sniff(h.head); code != "" {
		found.add("file", code, msg)
	}
	if want := info.MetaData["sha256"]; want != "" && want != h.sha256hex() {
		found.add("sha256", "digest_mismatch", "收到的内容与所述的 SHA-256 不一致，请重新上传")
	}
	if err := found.err(); err != nil {
		return arrival{}, err
	}
	return arrival{
		agency: *p.agency, actor: p.actor(), key: info.MetaData["key"], filename: info.MetaData["filename"], declared: d,
		sha256: h.sha256hex(), sm3: h.sm3hex(), size: h.size, content: f,
	}, nil
}
