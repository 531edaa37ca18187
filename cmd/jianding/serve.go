package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"
)

func newServe() *cobra.Command {
	var file string
	var onlyWeb, onlyWorkers bool
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the service: HTTP door, pages and workers",
		Long: `Runs the service. Without a configuration file everything is embedded: an
in-process queue, SQLite and a directory below ./jianding-data. With one, the same
binary runs on Redis, PostgreSQL and S3.

--web and --workers run one half each, so that they can be split over machines
(both need the same Redis, PostgreSQL and S3 then).`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(file)
			if err != nil {
				return err
			}
			which := parts{web: !onlyWorkers || onlyWeb, workers: !onlyWeb || onlyWorkers}
			log := newLogger(cfg.Log, cmd.ErrOrStderr())
			redis.SetLogger(redisLog{log})
			s, err := build(cmd.Context(), cfg, which, log)
			if err != nil {
				return err
			}
			defer s.close()
			log.Info("listening", "address", s.listener.Addr().String(), "web", which.web, "workers", which.workers, "version", version)
			return s.run(cmd.Context(), which)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&onlyWeb, "web", false, "serve the HTTP door and the pages")
	cmd.Flags().BoolVar(&onlyWorkers, "workers", false, "run the workers")
	return cmd
}

// redisLog takes what go-redis would print on stderr in a form of its own. It
// is the one thing here that a package keeps for the whole process, so that
// only the command sets it. The sweep says by itself, once, that the queue is
// down: what the client says of each failed dial is detail.
type redisLog struct{ log *slog.Logger }

func (r redisLog) Printf(ctx context.Context, format string, v ...any) {
	r.log.WarnContext(ctx, "redis", "message", fmt.Sprintf(format, v...))
}

// newLogger writes text to a terminal and JSON elsewhere, unless told.
func newLogger(c logConfig, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" || c.Format == "" && !isTerminal(w) {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func tlsFor(addr string) *tls.Config {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
}
