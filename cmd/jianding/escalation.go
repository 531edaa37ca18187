package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jianding/schemas"
	"jianding/storage/ledger"
)

func newEscalation() *cobra.Command {
	cmd := &cobra.Command{Use: "escalation", Aliases: []string{"case"}, Short: "Houses in danger: list, acknowledge, dispose, close"}
	var as string
	cmd.AddCommand(newCaseList(), newCaseShow(), newCaseOverdue())
	ack := onLedger("ack CASE", "Acknowledge: somebody has it in hand (reference or id)", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		c, err := l.Case(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if c, err = l.AcknowledgeCase(cmd.Context(), c.ID, operator(as), time.Now()); err != nil {
			return err
		}
		return printCase(cmd, c)
	})
	var d schemas.Disposition
	var codes []string
	dispose := onLedger("dispose CASE", "Record what is done with the house", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		names := schemas.DispositionNames()
		for _, code := range codes {
			if _, ok := names[schemas.DispositionCode(code)]; !ok {
				return usageError{fmt.Errorf("unknown disposition %q; known: %s", code, knownDispositions())}
			}
			d.Codes = append(d.Codes, schemas.DispositionCode(code))
		}
		if len(d.Codes) == 0 {
			return usageError{fmt.Errorf("--code is needed; known: %s", knownDispositions())}
		}
		c, err := l.Case(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		d.By, d.At = operator(as), time.Now()
		if c, err = l.DisposeCase(cmd.Context(), c.ID, d, d.At); err != nil {
			return err
		}
		return printCase(cmd, c)
	})
	dispose.Flags().StringSliceVar(&codes, "code", nil, "what is done, may be given several times")
	dispose.Flags().StringVar(&d.Clause, "clause", "", "the clause that it rests on")
	dispose.Flags().StringVar(&d.Note, "note", "", "remark")
	dispose.Flags().StringSliceVar(&d.CopyTo, "copy-to", nil, "town, street or department that is copied (抄送)")
	var closing schemas.Closing
	end := onLedger("close CASE", "Close a case (销号) with its evidence", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		if closing.Evidence == "" {
			return usageError{fmt.Errorf("--evidence is needed")}
		}
		c, err := l.Case(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		closing.By, closing.At = operator(as), time.Now()
		if c, err = l.CloseCase(cmd.Context(), c.ID, closing, closing.At); err != nil {
			return err
		}
		return printCase(cmd, c)
	})
	end.Flags().StringVar(&closing.Evidence, "evidence", "", "what was done: a recorded measure")
	end.Flags().StringVar(&closing.ReportID, "report", "", "id of the re-appraisal report")
	var to, reason, second string
	downgrade := onLedger("downgrade CASE", "Lower a case to amber, or dismiss it; a named person and a reason are on record", exactly(1),
		func(cmd *cobra.Command, args []string, cfg config, l *ledger.Ledger) error {
			if reason == "" || as == "" {
				return usageError{fmt.Errorf("--reason and --as are needed")}
			}
			if cfg.Review.SecondPerson && strings.TrimSpace(second) == "" {
				return usageError{fmt.Errorf("--second is needed: review.second_person asks for two people")}
			}
			c, err := l.Case(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var other *schemas.Actor
			if second != "" {
				o := operator(second)
				other = &o
			}
			if c, err = l.DowngradeCase(cmd.Context(), c.ID, to, reason, operator(as), other, time.Now()); err != nil {
				return err
			}
			return printCase(cmd, c)
		})
	downgrade.Flags().StringVar(&to, "to", schemas.CaseDismiss, "amber or dismiss")
	downgrade.Flags().StringVar(&reason, "reason", "", "why")
	downgrade.Flags().StringVar(&second, "second", "", "name of the second person")
	raise := onLedger("raise CASE", "Raise an amber case to red", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		if reason == "" {
			return usageError{fmt.Errorf("--reason is needed")}
		}
		c, err := l.Case(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if c, err = l.RaiseCase(cmd.Context(), c.ID, reason, operator(as), time.Now()); err != nil {
			return err
		}
		return printCase(cmd, c)
	})
	raise.Flags().StringVar(&reason, "reason", "", "why")
	for _, c := range []*cobra.Command{ack, dispose, end, downgrade, raise} {
		asFlag(c, &as)
		cmd.AddCommand(c)
	}
	return cmd
}

func newCaseList() *cobra.Command {
	var all, overdue, asJSON bool
	var f schemas.CaseFilter
	var level string
	cmd := onLedger("list", "List open cases, the nearest deadline first", exactly(0), func(cmd *cobra.Command, _ []string, _ config, l *ledger.Ledger) error {
		f.OpenOnly, f.Overdue, f.Now, f.Level = !all, overdue, time.Now(), schemas.HazardLevel(level)
		cases, next, err := l.Cases(cmd.Context(), f)
		if err != nil {
			return err
		}
		if asJSON {
			return printJSON(cmd.OutOrStdout(), cases)
		}
		t := newTable(cmd.OutOrStdout(), "案件\t级别\t状态\t等级\t法定时限\t处置时限\t地址")
		for _, c := range cases {
			t.row(c.Ref, c.Level, c.Status, c.Grade, local(c.Deadline.Statutory), local(c.Deadline.Handling), c.Where())
		}
		if next != "" {
			defer fmt.Fprintln(cmd.ErrOrStderr(), "more: --cursor "+next)
		}
		return t.done()
	})
	fl := cmd.Flags()
	fl.BoolVar(&all, "all", false, "closed and dismissed ones as well")
	fl.BoolVar(&overdue, "overdue", false, "only those past a deadline")
	fl.BoolVar(&asJSON, "json", false, "print JSON")
	fl.StringVar(&level, "level", "", "red or amber")
	fl.StringVar(&f.Town, "town", "", "town or street")
	fl.StringVar(&f.Cursor, "cursor", "", "continue a list")
	fl.IntVar(&f.Limit, "limit", 50, "rows")
	return cmd
}

func newCaseShow() *cobra.Command {
	return onLedger("show CASE", "Print a case with its messages and timeline", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		c, err := l.Case(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		view := struct {
			Case          schemas.Case           `json:"case"`
			Notifications []schemas.Notification `json:"notifications"`
			Events        []schemas.Event        `json:"events"`
		}{Case: c}
		if view.Notifications, err = l.CaseNotifications(cmd.Context(), c.ID); err != nil {
			return err
		}
		if view.Events, err = l.Events(cmd.Context(), schemas.EventFilter{Subject: "case:" + c.ID, Limit: 500}); err != nil {
			return err
		}
		return printJSON(cmd.OutOrStdout(), view)
	})
}

func newCaseOverdue() *cobra.Command {
	var days int
	var asJSON bool
	cmd := onLedger("overdue", "Print who is late: per agency, per step of the ladder, per town", exactly(0), func(cmd *cobra.Command, _ []string, _ config, l *ledger.Ledger) error {
		if days < 1 {
			return usageError{fmt.Errorf("--days must be positive")}
		}
		o, err := l.OverdueTables(cmd.Context(), days, time.Now())
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		if asJSON {
			return printJSON(out, o)
		}
		hours := func(h float64) string { return fmt.Sprintf("%.1f", h) }
		t := newTable(out, "机构\t案件\t报送逾期\t最长逾期(小时)\t逾期合计(小时)\t先报未补")
		for _, a := range o.Agencies {
			t.row(a.Name, a.Cases, a.Late, hours(a.WorstHours), hours(a.TotalHours), a.Breached)
		}
		if err := t.done(); err != nil {
			return err
		}
		fmt.Fprintln(out)
		t = newTable(out, "通知环节\t已确认\t处置超时\t最长超时(小时)\t超时合计(小时)")
		for _, s := range o.Steps {
			t.row(s.Step, s.Acknowledged, s.Count, hours(s.WorstHours), hours(s.TotalHours))
		}
		if err := t.done(); err != nil {
			return err
		}
		fmt.Fprintln(out)
		t = newTable(out, "镇街\t处置超时\t最长超时(小时)\t超时合计(小时)")
		for _, s := range o.Towns {
			town := s.Town
			if town == "" {
				town = "（待核实）"
			}
			t.row(town, s.Count, hours(s.WorstHours), hours(s.TotalHours))
		}
		return t.done()
	})
	cmd.Flags().IntVar(&days, "days", 90, "the agencies' table counts what came in so many days")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printCase(cmd *cobra.Command, c schemas.Case) error {
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\t%s\t%s\n", c.Ref, c.Level, c.Status, c.Where())
	return err
}

func knownDispositions() string {
	var out []string
	for code, name := range schemas.DispositionNames() {
		out = append(out, string(code)+" "+name)
	}
	return strings.Join(sorted(out), ", ")
}
