package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"jianding/integrations/municipal"
	"jianding/schemas"
	"jianding/storage/ledger"
)

// client makes the platform client that the configuration describes.
func (p platformConfig) client(log *slog.Logger) (*municipal.Client, *municipal.Profile, error) {
	profile, err := municipal.OpenProfile(p.Profile)
	if err != nil {
		return nil, nil, err
	}
	c, err := municipal.New(profile, municipal.Secrets{
		AppID: p.AppID, Secret: municipal.Secret(p.Secret), PrivateKeyPEM: municipal.Secret(p.PrivateKey),
		CallbackSecret: municipal.Secret(p.CallbackSecret), PlatformKeyPEM: p.PlatformKey.Reveal(),
	}, municipal.Options{BaseURL: p.BaseURL, Logger: log})
	return c, profile, err
}

// exporter writes the package for filing by hand.
func exporter(l *ledger.Ledger, st store, profile *municipal.Profile) func(context.Context, io.Writer, []string) error {
	return func(ctx context.Context, w io.Writer, deliveryIDs []string) error {
		if err := l.NoteExport(ctx, deliveryIDs); err != nil {
			return err
		}
		filings := make([]schemas.Filing, 0, len(deliveryIDs))
		for _, id := range deliveryIDs {
			f, err := l.Filing(ctx, id)
			if err != nil {
				return err
			}
			filings = append(filings, f)
		}
		open := func(ctx context.Context, sha string) (io.ReadCloser, error) {
			f, _, err := st.Open(ctx, sha)
			return f, err
		}
		_, err := municipal.ExportPackage(ctx, w, profile, filings, open, time.Now())
		return err
	}
}
