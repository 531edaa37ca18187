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
			in, err := importTrust(cmd.Context(), l, os.DirFS(args[0]), operator(as), time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d trust items, %d agencies changed\n", in.items, len(in.agencies))
			sayReassessed(cmd, in.reports)
			return nil
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
			name := filepath.Base(args[1])
			n, err := putTrust(cmd.Context(), l, []schemas.TrustChange{{Kind: args[0], Name: name, Data: data}}, args[0]+" "+name+" added", operator(as), time.Now())
			if err != nil {
				return err
			}
			sayReassessed(cmd, n)
			return nil
		})
	remove := onLedger("remove root|intermediate|crl NAME", "Remove one item", exactly(2), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		if err := trustKind(args[0]); err != nil {
			return err
		}
		n, err := l.ChangeTrust(cmd.Context(), []schemas.TrustChange{{Kind: args[0], Name: args[1], Remove: true}}, args[0]+" "+args[1]+" removed", operator(as), time.Now())
		if err != nil {
			return err
		}
		sayReassessed(cmd, n)
		return nil
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

func sayReassessed(cmd *cobra.Command, reports int) {
	if reports > 0 {
		fmt.Fprintf(cmd.OutOrStdout(), "%d reports will be assessed again\n", reports)
	}
}
