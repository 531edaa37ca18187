package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"jianding/schemas"
	"jianding/storage/ledger"
)

func newReport() *cobra.Command {
	cmd := &cobra.Command{Use: "report", Short: "Reports as the ledger knows them"}
	var (
		f      schemas.ReportFilter
		status string
		hazard string
		asJSON bool
		why    string
		as     string
		outTo  string
	)
	list := onLedger("list", "List reports, newest first", exactly(0), func(cmd *cobra.Command, _ []string, _ config, l *ledger.Ledger) error {
		f.Status, f.Hazard = schemas.ReportStatus(status), schemas.HazardLevel(hazard)
		reports, next, err := l.Reports(cmd.Context(), f)
		if err != nil {
			return err
		}
		if asJSON {
			return printJSON(cmd.OutOrStdout(), reports)
		}
		t := newTable(cmd.OutOrStdout(), "回执\t报告编号\t版次\t状态\t危险性\t收到\tID")
		for _, r := range reports {
			t.row(r.ReceiptNo, r.ReportNo, r.Revision, r.Status, r.Hazard, local(r.ReceivedAt), r.ID)
		}
		if next != "" {
			defer fmt.Fprintln(cmd.ErrOrStderr(), "more: --cursor "+next)
		}
		return t.done()
	})
	fl := list.Flags()
	fl.StringVar(&f.AgencyID, "agency", "", "agency id")
	fl.StringVar(&status, "status", "", "received, accepted, needs_review or rejected")
	fl.StringVar(&hazard, "hazard", "", "red, amber or none")
	fl.StringVar(&f.Query, "query", "", "beginning of report number, receipt number or address")
	fl.StringVar(&f.Cursor, "cursor", "", "continue a list")
	fl.IntVar(&f.Limit, "limit", 50, "rows")
	fl.BoolVar(&asJSON, "json", false, "print JSON")
	show := onLedger("show REPORT", "Print one report with its current assessment and history (id or receipt number)", exactly(1),
		func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
			r, err := findReport(cmd.Context(), l, args[0])
			if err != nil {
				return err
			}
			view := struct {
				Report      schemas.Report             `json:"report"`
				Assessments []schemas.AssessmentRecord `json:"assessments"`
				Decisions   []schemas.Decision         `json:"decisions"`
				Events      []schemas.Event            `json:"events"`
			}{Report: r}
			if view.Assessments, err = l.Assessments(cmd.Context(), r.ID); err != nil {
				return err
			}
			if view.Decisions, err = l.Decisions(cmd.Context(), r.ID); err != nil {
				return err
			}
			if view.Events, err = l.Events(cmd.Context(), schemas.EventFilter{Subject: "report:" + r.ID, Limit: 500}); err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), view)
		})
	original := onLedger("original REPORT", "Write the original, byte for byte", exactly(1), func(cmd *cobra.Command, args []string, c config, l *ledger.Ledger) error {
		r, err := findReport(cmd.Context(), l, args[0])
		if err != nil {
			return err
		}
		st, err := openOriginals(cmd.Context(), c)
		if err != nil {
			return err
		}
		in, _, err := st.Open(cmd.Context(), r.SHA256)
		if err != nil {
			return err
		}
		defer in.Close()
		out := cmd.OutOrStdout()
		if outTo != "" {
			file, err := os.OpenFile(outTo, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return err
			}
			defer file.Close()
			out = file
		}
		_, err = io.Copy(out, in)
		return err
	})
	original.Flags().StringVarP(&outTo, "output", "o", "", "file to write (never overwritten); default standard output")
	reassess := onLedger("reassess REPORT…", "Ask for a new assessment beside the old ones", atLeast(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		var ids []string
		for _, a := range args {
			r, err := findReport(cmd.Context(), l, a)
			if err != nil {
				return err
			}
			ids = append(ids, r.ID)
		}
		return l.RequestReassess(cmd.Context(), ids, why, operator(as), time.Now())
	})
	reassess.Flags().StringVar(&why, "why", "by command", "reason, for the record")
	asFlag(reassess, &as)
	cmd.AddCommand(list, show, original, reassess)
	return cmd
}

// findReport takes an id or a receipt number.
func findReport(ctx context.Context, l *ledger.Ledger, name string) (schemas.Report, error) {
	r, err := l.Report(ctx, name)
	if schemas.KindOf(err) == schemas.KindNotFound {
		return l.ReportByReceipt(ctx, name)
	}
	return r, err
}
