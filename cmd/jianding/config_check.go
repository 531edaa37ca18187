package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"jianding/integrations/notify"
	"jianding/schemas"
)

// problems validates the whole configuration, as far as that can be done
// without touching the outside.
func (c config) problems() []schemas.Problem {
	out := c.OCR.problems()
	add := func(field, code, message string) {
		out = append(out, schemas.Problem{Field: field, Code: code, Message: message})
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		add("listen", "address_invalid", "应为 host:port，例如 127.0.0.1:8080")
	}
	if c.PublicURL != "" {
		if u, err := url.Parse(c.PublicURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			add("public_url", "url_invalid", "应为完整的 http(s) 地址")
		}
	}
	switch c.Database.Driver {
	case "sqlite":
	case "postgres":
		if c.Database.DSN == "" {
			add("database.dsn", "missing", "使用 PostgreSQL 时必须填写连接串")
		}
	default:
		add("database.driver", "unknown_driver", "应为 sqlite 或 postgres")
	}
	if r := c.Redis; !r.Embedded && r.Addr == "" && len(r.Sentinels) == 0 && len(r.Cluster) == 0 {
		add("redis.addr", "missing", "未使用内嵌队列时必须填写 Redis 地址")
	}
	if s := c.Originals.S3; s != nil {
		for field, v := range map[string]string{"endpoint": s.Endpoint, "bucket": s.Bucket, "access_key": s.AccessKey, "secret_key": s.SecretKey.Reveal()} {
			if v == "" {
				add("originals.s3."+field, "missing", "必须填写")
			}
		}
	}
	for field, n := range map[string]int64{"intake.max_bytes": c.Intake.MaxBytes, "assessment.memory_mb": int64(c.Assessment.MemoryMB),
		"assessment.timeout": int64(c.Assessment.Timeout), "workers.sweep": int64(c.Workers.Sweep), "review.limit": int64(c.Review.Limit)} {
		if n <= 0 {
			add(field, "not_positive", "必须大于零")
		}
	}
	if !slices.Contains([]string{"", "review", "accept", "refuse"}, c.Signature.Revocation) {
		add("signature.revocation", "unknown_value", "应为 review、accept 或 refuse")
	}
	if _, bad := c.Intake.proxies(); len(bad) > 0 {
		add("intake.trusted_proxies", "address_invalid", "应为地址或网段："+strings.Join(bad, "、"))
	}
	if c.Assessment.MemoryMB > 0 && c.Assessment.MemoryMB < 256 {
		add("assessment.memory_mb", "too_small", "至少 256")
	}
	if _, err := notify.New(c.Channels, notify.Deps{}); err != nil {
		out = append(out, problemsOf(err)...)
	}
	channels := make([]string, 0, len(c.Channels))
	for name := range c.Channels {
		channels = append(channels, name)
	}
	if len(channels) > 0 || len(c.Ladder.Steps) > 0 {
		out = append(out, c.Ladder.WithDefaults().Validate(channels)...)
	}
	if !c.Platform.Manual {
		if _, _, err := c.Platform.client(nil); err != nil {
			for _, p := range problemsOf(err) {
				p.Field = "platform." + p.Field
				out = append(out, p)
			}
		}
	}
	sortProblems(out)
	return out
}

// problemsOf takes an error apart for a list of problems.
func problemsOf(err error) []schemas.Problem {
	var e *schemas.Error
	if errors.As(err, &e) && len(e.Problems) > 0 {
		return e.Problems
	}
	return []schemas.Problem{{Code: "invalid", Message: err.Error()}}
}

func sortProblems(p []schemas.Problem) {
	sort.SliceStable(p, func(i, j int) bool { return p[i].Field < p[j].Field })
}

func newConfig() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check or print the configuration"}
	var file string
	check := &cobra.Command{
		Use: "check", Short: "Validate a configuration file as a whole and list every problem",
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := loadConfig(file); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "配置正确 (configuration is valid)")
			return nil
		},
	}
	show := &cobra.Command{
		Use: "show", Short: "Print the configuration in force, defaults included, secrets redacted",
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(file)
			if err != nil {
				return err
			}
			b, err := yaml.Marshal(c)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(b)
			return err
		},
	}
	for _, sub := range []*cobra.Command{check, show} {
		configFlag(sub, &file)
	}
	cmd.AddCommand(check, show)
	return cmd
}

// configFlag adds --config, which every command on the service's own data has.
func configFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVarP(file, "config", "c", "", "configuration file (YAML); without it every default stands")
}
