package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"jianding/intake/receipts"
	"jianding/storage/ledger"
	"jianding/storage/originals"
)

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}

func newReceipt() *cobra.Command {
	cmd := &cobra.Command{Use: "receipt", Short: "Check a signed receipt"}
	var keyFile, proofFile string
	verify := &cobra.Command{
		Use: "verify FILE", Short: "Verify a receipt's signature, and its place in the log when a proof is given",
		Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			signed, err := os.ReadFile(args[0])
			if err != nil {
				return usageError{err}
			}
			key, err := os.ReadFile(keyFile)
			if err != nil {
				return usageError{err}
			}
			var r receipts.Receipt
			if proofFile != "" {
				var p receipts.Proof
				raw, err := os.ReadFile(proofFile)
				if err != nil {
					return usageError{err}
				}
				if err := json.Unmarshal(raw, &p); err != nil {
					return usageError{err}
				}
				r, err = receipts.VerifyReceipt(string(signed), p, string(key))
				if err != nil {
					return err
				}
			} else if r, err = receipts.Verify(string(signed), string(key)); err != nil {
				return err
			}
			fmt.Fprint(cmd.OutOrStdout(), r.Text())
			return nil
		},
	}
	verify.Flags().StringVar(&keyFile, "key", "", "public key of the service (receipts.key.pub in its data directory)")
	verify.Flags().StringVar(&proofFile, "proof", "", "inclusion proof (GET /v1/reports/ID/receipt?proof=1)")
	_ = verify.MarkFlagRequired("key")
	cmd.AddCommand(verify)
	return cmd
}

func newAudit() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Check that nothing was lost or altered"}
	var head, key string
	verify := onLedger("verify", "Re-hash every original against the ledger and the events against the Merkle log", exactly(0),
		func(cmd *cobra.Command, _ []string, c config, l *ledger.Ledger) error {
			if key == "" {
				key = filepath.Join(c.DataDir, "receipts.key.pub")
			}
			kept, err := loadHead(head, key)
			if err != nil {
				return usageError{err}
			}
			bad, err := auditOriginals(cmd, c, l)
			if err != nil {
				return err
			}
			tree, err := rebuildLog(cmd.Context(), l)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d events in the log, all as they were\n", tree.records)
			switch {
			case kept == nil:
				fmt.Fprintln(cmd.OutOrStdout(), "not compared with a signed tree head kept elsewhere (--head): a log that was rewritten whole would not show")
			default:
				if err := tree.holds(*kept); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "the tree head of %d events still holds\n", kept.records)
			}
			if bad > 0 {
				return fmt.Errorf("%d originals are missing or altered", bad)
			}
			return nil
		})
	verify.Flags().StringVar(&head, "head", "", "signed tree head that was kept elsewhere (GET /v1/log/checkpoint, or the checkpoint of a receipt's proof)")
	verify.Flags().StringVar(&key, "key", "", "public key of the service (default: receipts.key.pub in the data directory)")
	cmd.AddCommand(verify)
	return cmd
}

// auditOriginals re-hashes what the ledger gave receipts for.
func auditOriginals(cmd *cobra.Command, c config, l *ledger.Ledger) (bad int, err error) {
	st, err := openOriginals(cmd.Context(), c)
	if err != nil {
		return 0, err
	}
	checked, err := originals.Scrub(cmd.Context(), st, wantedOriginals(cmd.Context(), l), func(f originals.Finding) {
		if f.Kind != originals.Unknown {
			bad++
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s %s\t%s\n", f.Kind, f.SHA256, f.Name, f.Detail)
	})
	if err != nil {
		return bad, err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d originals read, %d missing or altered\n", checked, bad)
	return bad, nil
}

func newBackup() *cobra.Command {
	cmd := onLedger("backup FILE", "Write a consistent copy of the embedded ledger while the service runs (PostgreSQL: use pg_dump)", exactly(1),
		func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
			start := time.Now()
			if err := l.Backup(cmd.Context(), args[0]); err != nil {
				return err
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d bytes in %s\n", filepath.Base(args[0]), info.Size(), time.Since(start).Round(time.Millisecond))
			return nil
		})
	cmd.Long = `Writes a consistent copy of the embedded ledger (SQLite) to FILE while the service
runs. With PostgreSQL use pg_dump.

The ledger is not all there is to keep. Copy it first, then the originals (their
directory or bucket) and the files *.key and *.key.pub of the data directory.

To restore: stop the service, put FILE as ledger.db into an empty data directory,
beside it originals/ and the keys, and run: jianding audit verify`
	return cmd
}
