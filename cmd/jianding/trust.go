package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"jianding/schemas"
	"jianding/storage/ledger"
)

func newTrust() *cobra.Command {
	cmd := &cobra.Command{Use: "trust", Short: "Roots, intermediates and revocation lists that signatures are judged by"}
	var as string
	list := onLedger("list", "List trust items", exactly(0), func(cmd *cobra.Command, _ []string, _ config, l *ledger.Ledger) error {
		m, err := l.TrustMaterial(cmd.Context())
		if err != nil {
			return err
		}
		t := newTable(cmd.OutOrStdout(), "KIND\tNAME\tSHA-256")
		for _, group := range []struct {
			kind  string
			items []schemas.TrustItem
		}{{schemas.TrustRoot, m.Roots}, {schemas.TrustIntermediate, m.Intermediates}, {schemas.TrustCRL, m.CRLs}} {
			for _, i := range group.items {
				t.row(group.kind, i.Name, i.SHA256)
			}
		}
		return t.done()
	})
	imp := onLedger("import DIR", "Import a trust directory: roots/, intermediates/, crls/ and agencies.yaml", exactly(1),
		func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
			items, changed, err := importTrust(cmd.Context(), l, os.DirFS(args[0]), operator(as), time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d trust items, %d agencies changed\n", items, len(changed))
			return reassessAll(cmd, l, "trust directory imported", operator(as))
		})
	add := onLedger("add root|intermediate|crl FILE", "Add or replace one item; the reports that it touches are assessed again", exactly(2),
		func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
			if err := trustKind(args[0]); err != nil {
				return err
			}
			data, err := os.ReadFile(args[1])
			if err != nil {
				return usageError{err}
			}
			files := []trustFile{{args[0], filepath.Base(args[1]), data}}
			if err := putTrust(cmd.Context(), l, files, operator(as), time.Now()); err != nil {
				return err
			}
			return reassessAll(cmd, l, args[0]+" "+filepath.Base(args[1])+" added", operator(as))
		})
	remove := onLedger("remove root|intermediate|crl NAME", "Remove one item", exactly(2), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		if err := trustKind(args[0]); err != nil {
			return err
		}
		if err := l.RemoveTrustItem(cmd.Context(), args[0], args[1], operator(as), time.Now()); err != nil {
			return err
		}
		return reassessAll(cmd, l, args[0]+" "+args[1]+" removed", operator(as))
	})
	for _, c := range []*cobra.Command{imp, add, remove} {
		asFlag(c, &as)
	}
	cmd.AddCommand(list, imp, add, remove)
	return cmd
}

func trustKind(kind string) error {
	switch kind {
	case schemas.TrustRoot, schemas.TrustIntermediate, schemas.TrustCRL:
		return nil
	}
	return usageError{fmt.Errorf("%q is not root, intermediate or crl", kind)}
}

// reassessAll asks for a new assessment of every report: a root or a CRL can
// touch anybody.
func reassessAll(cmd *cobra.Command, l *ledger.Ledger, why string, by schemas.Actor) error {
	all, err := l.Agencies(cmd.Context())
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(all))
	for _, a := range all {
		ids = append(ids, a.ID)
	}
	touched, err := l.ReportsTouchedBy(cmd.Context(), ids, nil)
	if err != nil || len(touched) == 0 {
		return err
	}
	if err := l.RequestReassess(cmd.Context(), touched, why, by, time.Now()); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d reports will be assessed again\n", len(touched))
	return nil
}
