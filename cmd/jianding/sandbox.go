package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"jianding/integrations/sandbox"
	"jianding/schemas"
)

func newSandbox() *cobra.Command {
	var o sandbox.Options
	var listen, clientKey, platformKey string
	var kinds []string
	cmd := &cobra.Command{
		Use: "sandbox", Short: "Run a platform that implements the reference contract, with faults on demand",
		Long: `Runs a stand-in for the municipal platform: it checks schema, signature, time
window and nonce strictly, keeps an append-only log of what it recorded, and has a
page to see it. It is for testing a connector, never for real filings.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for file, dst := range map[string]*[]byte{clientKey: &o.ClientKeyPEM, platformKey: &o.PlatformKeyPEM} {
				if file == "" {
					continue
				}
				pem, err := os.ReadFile(file)
				if err != nil {
					return usageError{err}
				}
				*dst = pem
			}
			for _, k := range kinds {
				o.Kinds = append(o.Kinds, sandbox.Kind(k))
			}
			if v := os.Getenv("JIANDING_SANDBOX_SECRET"); v != "" && o.Secret == "" {
				o.Secret = v
			}
			o.Logger = newLogger(logConfig{Level: "info"}, cmd.ErrOrStderr())
			srv, err := sandbox.New(o)
			if err != nil {
				return err
			}
			defer srv.Close()
			ln, err := net.Listen("tcp", listen)
			if err != nil {
				return schemas.E(schemas.KindUnavailable, "listen", "监听地址不可用", err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "sandbox platform on http://%s (contract below %s)\n", ln.Addr(), sandbox.Prefix)
			hs := &http.Server{Handler: srv, ReadHeaderTimeout: 10 * time.Second}
			go func() {
				<-cmd.Context().Done()
				_ = hs.Close()
			}()
			if err := hs.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:8090", "address")
	f.StringVar(&o.Scheme, "scheme", "hmac-sha256", "request signing: hmac-sha256, hmac-sm3, sm2 or dg-work")
	f.StringVar(&o.AppID, "app-id", "jianding", "the client's app id")
	f.StringVar(&o.Secret, "secret", "", "shared secret of HMAC schemes (better: JIANDING_SANDBOX_SECRET)")
	f.StringVar(&clientKey, "client-key", "", "the client's SM2 public key (PEM)")
	f.StringVar(&platformKey, "platform-key", "", "our SM2 private key for callbacks (PEM)")
	f.StringVar(&o.CommitLog, "commit-log", "", "file of the append-only log; empty keeps records in memory")
	f.StringVar(&o.CallbackURL, "callback", "", "where callbacks go")
	f.BoolVar(&o.Pending, "pending", false, "answer submissions as pending and decide later")
	f.DurationVar(&o.DecideAfter, "decide-after", 2*time.Second, "when pending ones are decided")
	f.BoolVar(&o.NoDuplicateCheck, "no-duplicate-check", false, "record every submission, also of a key that is there")
	f.IntVar(&o.RatePerSecond, "rate", 0, "requests a second before 429; 0 for no limit")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of random faults")
	f.Float64Var(&o.Rate, "fault-rate", 0, "probability of a fault per request")
	f.StringSliceVar(&kinds, "fault", nil, "kinds of random faults (default all that a submission can end after)")
	return cmd
}
