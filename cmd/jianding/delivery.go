package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"jianding/integrations/municipal"
	"jianding/schemas"
	"jianding/storage/ledger"
	"jianding/workers"
)

func newDelivery() *cobra.Command {
	cmd := &cobra.Command{Use: "delivery", Short: "Filing with the platform: backlog, replay, manual mode, profiles"}
	var as string
	cmd.AddCommand(newDeliveryList(), newProfile(), newPreview(), newExport(), newReconcile())
	show := onLedger("show DELIVERY", "Print a delivery with its attempts", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		f, err := l.Filing(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		f.Delivery.WaitsFor, _ = f.Waits(time.Now())
		return printJSON(cmd.OutOrStdout(), f.Delivery)
	})
	manual := onLedger("manual DELIVERY", "Take a delivery out of automatic filing", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		_, err := l.SetDeliveryManual(cmd.Context(), args[0], operator(as), time.Now())
		return err
	})
	automatic := onLedger("automatic DELIVERY", "Put a manual delivery back; the platform is asked before anything is sent", exactly(1),
		func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
			_, err := l.SetDeliveryAutomatic(cmd.Context(), args[0], operator(as), time.Now())
			return err
		})
	var evidence string
	receipt := onLedger("receipt DELIVERY RECEIPT", "Enter, or correct, the platform's receipt of a filing by hand, with evidence", exactly(2),
		func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
			if evidence == "" {
				return usageError{fmt.Errorf("--evidence is needed: who filed it, when, and what the platform showed")}
			}
			_, err := l.EnterManualReceipt(cmd.Context(), args[0], args[1], evidence, operator(as), time.Now())
			return err
		})
	receipt.Flags().StringVar(&evidence, "evidence", "", "who filed it, when, and what the platform showed")
	var f schemas.DeliveryFilter
	var status string
	var rate int
	var owed func() error
	replay := onLedger("replay [DELIVERY…]", "Try dead or manual deliveries again: those named, or those that the filter selects", nil,
		func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
			f.IDs, f.Status = args, schemas.DeliveryStatus(status)
			if f.Status != schemas.DeliveryDead && f.Status != schemas.DeliveryManual {
				return usageError{fmt.Errorf("--status %s: only dead and manual deliveries are tried again", status)}
			}
			if rate < 0 {
				return usageError{fmt.Errorf("--rate %d: deliveries a minute can't be negative", rate)}
			}
			if err := owed(); err != nil {
				return err
			}
			n, err := l.ReplayDeliveries(cmd.Context(), f, operator(as), rate, time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d deliveries will be tried again\n", n)
			return nil
		})
	replay.Flags().StringVar(&status, "status", string(schemas.DeliveryDead), "dead or manual")
	replay.Flags().StringVar(&f.Query, "query", "", "beginning of report or receipt number")
	owed = owedFlags(replay, &f)
	replay.Flags().IntVar(&rate, "rate", 60, "deliveries a minute")
	for _, c := range []*cobra.Command{manual, automatic, receipt, replay} {
		asFlag(c, &as)
	}
	cmd.AddCommand(show, manual, automatic, receipt, replay)
	return cmd
}

// owedFlags adds --from and --to; the returned function reads them.
func owedFlags(cmd *cobra.Command, f *schemas.DeliveryFilter) func() error {
	var from, to string
	cmd.Flags().StringVar(&from, "from", "", "owed on this day (2026-11-24, Beijing time) or later")
	cmd.Flags().StringVar(&to, "to", "", "owed on this day or earlier")
	return func() error {
		for _, d := range []struct {
			text string
			into *time.Time
			days int
		}{{from, &f.From, 0}, {to, &f.To, 1}} {
			if d.text == "" {
				continue
			}
			at, err := time.ParseInLocation(time.DateOnly, d.text, shanghai)
			if err != nil {
				return usageError{err}
			}
			*d.into = at.AddDate(0, 0, d.days)
		}
		return nil
	}
}

func newDeliveryList() *cobra.Command {
	var f schemas.DeliveryFilter
	var status string
	var owed func() error
	cmd := onLedger("list", "List deliveries, the one owed longest first", exactly(0), func(cmd *cobra.Command, _ []string, _ config, l *ledger.Ledger) error {
		f.Status = schemas.DeliveryStatus(status)
		if err := owed(); err != nil {
			return err
		}
		ds, next, err := l.Deliveries(cmd.Context(), f)
		if err != nil {
			return err
		}
		t := newTable(cmd.OutOrStdout(), "状态\t平台回执\t应报送\t错误或等待\tID")
		for _, d := range ds {
			why := d.LastError
			if d.Status == schemas.DeliveryPending && why == "" {
				f, err := l.Filing(cmd.Context(), d.ID)
				if err != nil {
					return err
				}
				w, _ := f.Waits(time.Now())
				why = w.Says()
			}
			t.row(d.Status, d.PlatformReceipt, local(d.OwedAt), why, d.ID)
		}
		if next != "" {
			defer fmt.Fprintln(cmd.ErrOrStderr(), "more: --cursor "+next)
		}
		return t.done()
	})
	owed = owedFlags(cmd, &f)
	fl := cmd.Flags()
	fl.StringVar(&status, "status", "", "pending, submitted, acknowledged, returned, manual or dead")
	fl.StringVar(&f.Query, "query", "", "beginning of report or receipt number")
	fl.StringVar(&f.Cursor, "cursor", "", "continue a list")
	fl.IntVar(&f.Limit, "limit", 50, "rows")
	return cmd
}

func newProfile() *cobra.Command {
	cmd := &cobra.Command{Use: "profile", Short: "Platform profiles: list, show, check"}
	list := &cobra.Command{Use: "list", Short: "List the shipped profiles", Args: exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		for _, name := range municipal.ShippedProfiles() {
			fmt.Fprintln(cmd.OutOrStdout(), name)
		}
		return nil
	}}
	show := &cobra.Command{Use: "show NAME", Short: "Print a shipped profile, to be copied and edited", Args: exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
		b, err := municipal.ShippedProfile(args[0])
		if err != nil {
			return err
		}
		_, err = cmd.OutOrStdout().Write(b)
		return err
	}}
	check := &cobra.Command{Use: "check FILE", Short: "Explain everything that is wrong with a profile", Args: exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
		b, err := os.ReadFile(args[0])
		if err != nil {
			return usageError{err}
		}
		if problems := municipal.CheckProfile(b); len(problems) > 0 {
			return &schemas.Error{Kind: schemas.KindInvalid, Code: "bad_profile", Message: "平台配置有误", Problems: problems}
		}
		fmt.Fprintln(cmd.OutOrStdout(), "平台配置正确 (profile is valid)")
		return nil
	}}
	cmd.AddCommand(list, show, check)
	return cmd
}

func newPreview() *cobra.Command {
	return onLedger("preview REPORT", "Print the exact request that would be sent, signed string included, secrets redacted", exactly(1),
		func(cmd *cobra.Command, args []string, c config, l *ledger.Ledger) error {
			r, err := findReport(cmd.Context(), l, args[0])
			if err != nil {
				return err
			}
			d, err := l.DeliveryByReport(cmd.Context(), r.ID)
			if err != nil {
				return err
			}
			f, err := l.Filing(cmd.Context(), d.ID)
			if err != nil {
				return err
			}
			st, err := openOriginals(cmd.Context(), c)
			if err != nil {
				return err
			}
			client, _, err := c.Platform.client(nil)
			if err != nil {
				return err
			}
			defer client.Close()
			p, err := client.Preview(f, func() (io.ReadCloser, int64, error) { return st.Open(cmd.Context(), r.SHA256) })
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), p.String())
			return err
		})
}

func newExport() *cobra.Command {
	var f schemas.DeliveryFilter
	var status, day, output string
	cmd := onLedger("export [DELIVERY…]", "Write the package for filing by hand: originals, table (.xlsx), manifest", nil,
		func(cmd *cobra.Command, args []string, c config, l *ledger.Ledger) error {
			f.IDs, f.Status, f.Limit = args, schemas.DeliveryStatus(status), 500
			if day != "" {
				at, err := time.ParseInLocation("2006-01-02", day, shanghai)
				if err != nil {
					return usageError{err}
				}
				f.From, f.To = at, at.AddDate(0, 0, 1)
			}
			var ids []string
			for {
				ds, next, err := l.Deliveries(cmd.Context(), f)
				if err != nil {
					return err
				}
				for _, d := range ds {
					// A day's package is what is still to be filed; what is on the
					// platform would be filed twice.
					if len(args) > 0 || status != "" || d.Status.Unfiled() {
						ids = append(ids, d.ID)
					}
				}
				if next == "" {
					break
				}
				f.Cursor = next
			}
			if len(ids) < len(args) {
				return usageError{fmt.Errorf("of %d deliveries named only %d are found", len(args), len(ids))}
			}
			if len(ids) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "nothing is to be filed: no package written")
				return nil
			}
			st, err := openOriginals(cmd.Context(), c)
			if err != nil {
				return err
			}
			profile, err := municipal.OpenProfile(c.Platform.Profile)
			if err != nil {
				return err
			}
			out, err := os.OpenFile(output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return usageError{err}
			}
			defer out.Close()
			if err := exporter(l, st, profile)(cmd.Context(), out, ids); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d reports in %s\n", len(ids), output)
			return nil
		})
	fl := cmd.Flags()
	fl.StringVar(&status, "status", "", "only deliveries in this state")
	fl.StringVar(&day, "day", "", "only those owed on this day (2026-11-24, Beijing time) and not filed")
	fl.StringVarP(&output, "output", "o", "filing.zip", "file to write (never overwritten)")
	return cmd
}

func newReconcile() *cobra.Command {
	var day string
	cmd := onLedger("reconcile", "Ask for a comparison of a day with the platform's list, and print what is open", exactly(0),
		func(cmd *cobra.Command, _ []string, _ config, l *ledger.Ledger) error {
			now := time.Now()
			if day == "" {
				day = now.In(shanghai).Format("2006-01-02")
			}
			if _, err := time.Parse("2006-01-02", day); err != nil {
				return usageError{err}
			}
			if err := l.AddObligations(cmd.Context(), []schemas.NewObligation{workers.ReconcileNow(day, now)}, now); err != nil {
				return err
			}
			open, err := l.Differences(cmd.Context(), true, 500)
			if err != nil {
				return err
			}
			t := newTable(cmd.OutOrStdout(), "差异\t报告编号\t平台回执\t说明")
			for _, d := range open {
				t.row(d.Kind, d.Record.ReportNo, d.Record.Receipt, d.Detail)
			}
			return t.done()
		})
	cmd.Flags().StringVar(&day, "day", "", "day (2026-11-24, Beijing time; default today)")
	return cmd
}
