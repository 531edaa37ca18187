package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"os/user"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"jianding/intake/signature"
	"jianding/schemas"
	"jianding/storage/ledger"
	"jianding/storage/originals"
)

// shanghai is the zone that people read times in; China keeps no summer time.
var shanghai = time.FixedZone("CST", 8*3600)

func local(t time.Time) string { return t.In(shanghai).Format("2006-01-02 15:04:05") }

func localPtr(t *time.Time) string {
	if t == nil {
		return ""
	}
	return local(*t)
}

// openLedger opens the configured ledger.
func openLedger(ctx context.Context, c config) (*ledger.Ledger, error) {
	dsn := c.Database.DSN.Reveal()
	if c.Database.Driver == "sqlite" {
		if dsn == "" {
			dsn = filepath.Join(c.DataDir, "ledger.db")
		}
		if err := os.MkdirAll(filepath.Dir(dsn), 0o700); err != nil {
			return nil, schemas.E(schemas.KindUnavailable, "data_dir", "数据目录无法建立", err)
		}
	}
	return ledger.Open(ctx, ledger.Options{Driver: c.Database.Driver, DSN: dsn})
}

// store is what the service needs of the place where originals are kept.
type store interface {
	Put(ctx context.Context, sha256hex string, size int64, spool io.ReadSeeker) (created bool, err error)
	Open(ctx context.Context, sha256hex string) (io.ReadSeekCloser, int64, error)
	Stat(ctx context.Context, sha256hex string) (size int64, err error)
	Ping(ctx context.Context) error
	All(ctx context.Context) iter.Seq2[originals.Entry, error]
}

func openOriginals(ctx context.Context, c config) (store, error) {
	if s := c.Originals.S3; s != nil {
		o := originals.S3Options{
			Endpoint: s.Endpoint, Region: s.Region, Bucket: s.Bucket, Prefix: s.Prefix,
			AccessKey: s.AccessKey, SecretKey: s.SecretKey, UseTLS: s.TLS, Retention: s.Retention,
		}
		if s.CAFile != "" {
			pem, err := os.ReadFile(s.CAFile)
			if err != nil {
				return nil, schemas.E(schemas.KindInvalid, "originals_ca", "对象存储的 CA 文件无法读取", err)
			}
			o.CA = pem
		}
		return originals.OpenS3(ctx, o)
	}
	dir := c.Originals.Dir
	if dir == "" {
		dir = filepath.Join(c.DataDir, "originals")
	}
	return originals.OpenDir(dir)
}

// onLedger is a command that works on the service's own data: it loads the
// configuration, opens the ledger and closes it again. SQLite and PostgreSQL
// both allow it beside a running service.
func onLedger(use, short string, args cobra.PositionalArgs, run func(*cobra.Command, []string, config, *ledger.Ledger) error) *cobra.Command {
	var file string
	cmd := &cobra.Command{Use: use, Short: short, Args: args,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := loadConfig(file)
			if err != nil {
				return err
			}
			l, err := openLedger(cmd.Context(), c)
			if err != nil {
				return err
			}
			defer l.Close()
			return run(cmd, args, c, l)
		}}
	configFlag(cmd, &file)
	return cmd
}

// operator names who runs a command: events say so.
func operator(as string) schemas.Actor {
	name := as
	if name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	return schemas.Actor{Kind: "cli", ID: name, Name: name}
}

func asFlag(cmd *cobra.Command, as *string) {
	cmd.Flags().StringVar(as, "as", "", "name of the person who does this, for the record (default: the system user)")
}

// table writes rows with aligned columns; rows are tab-separated already.
type table struct{ w *tabwriter.Writer }

func newTable(out io.Writer, head string) table {
	t := table{tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)}
	fmt.Fprintln(t.w, head)
	return t
}

func (t table) row(cells ...any) {
	for i, c := range cells {
		if i > 0 {
			fmt.Fprint(t.w, "\t")
		}
		fmt.Fprint(t.w, c)
	}
	fmt.Fprintln(t.w)
}

func (t table) done() error { return t.w.Flush() }

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// putTrust puts files into the register, none of them when one can't be used:
// trust data that nobody can parse would stop the assessment of every report.
// reports is how many will be assessed again.
func putTrust(ctx context.Context, l *ledger.Ledger, files []schemas.TrustChange, why string, by schemas.Actor, now time.Time) (reports int, err error) {
	var m schemas.TrustMaterial
	for _, f := range files {
		item := schemas.TrustItem{Name: f.Name, Data: f.Data}
		switch f.Kind {
		case schemas.TrustRoot:
			m.Roots = append(m.Roots, item)
		case schemas.TrustIntermediate:
			m.Intermediates = append(m.Intermediates, item)
		case schemas.TrustCRL:
			m.CRLs = append(m.CRLs, item)
		}
	}
	if _, err := signature.NewTrust(m); err != nil {
		return 0, err
	}
	return l.ChangeTrust(ctx, files, why, by, now)
}

// imported is what a trust directory brought.
type imported struct {
	items    int      // roots, intermediates, revocation lists
	reports  int      // to be assessed again because of them
	agencies []string // that changed; their reports are assessed again too
}

// importTrust puts a trust directory (roots, intermediates, crls,
// agencies.yaml) into the register and says what changed.
func importTrust(ctx context.Context, l *ledger.Ledger, dir fs.FS, by schemas.Actor, now time.Time) (in imported, err error) {
	var files []schemas.TrustChange
	for folder, kind := range map[string]string{"roots": schemas.TrustRoot, "intermediates": schemas.TrustIntermediate, "crls": schemas.TrustCRL} {
		entries, err := fs.ReadDir(dir, folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return in, err
		}
		for _, e := range entries {
			if e.IsDir() {
				continue
			}
			data, err := fs.ReadFile(dir, folder+"/"+e.Name())
			if err != nil {
				return in, err
			}
			files = append(files, schemas.TrustChange{Kind: kind, Name: e.Name(), Data: data})
		}
	}
	in.items = len(files)
	if in.reports, err = putTrust(ctx, l, files, "trust directory imported", by, now); err != nil {
		return in, err
	}
	f, err := dir.Open("agencies.yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return in, nil
	}
	if err != nil {
		return in, err
	}
	defer f.Close()
	in.agencies, _, err = importRegister(ctx, l, f, by, now)
	return in, err
}
