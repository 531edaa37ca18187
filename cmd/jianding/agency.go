package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"jianding/intake/agencies"
	"jianding/schemas"
	"jianding/storage/ledger"
)

func importRegister(ctx context.Context, l *ledger.Ledger, r io.Reader, by schemas.Actor, now time.Time) (changed []string, warnings []schemas.Problem, err error) {
	list, warnings, err := agencies.ReadRegister(r)
	if err != nil {
		return nil, warnings, err
	}
	changed, err = l.ImportAgencies(ctx, list, by, now)
	return changed, warnings, err
}

func newAgency() *cobra.Command {
	cmd := &cobra.Command{Use: "agency", Short: "The register of certified agencies and their tokens"}
	var as string
	list := onLedger("list", "List the register", exactly(0), func(cmd *cobra.Command, _ []string, _ config, l *ledger.Ledger) error {
		all, err := l.Agencies(cmd.Context())
		if err != nil {
			return err
		}
		t := newTable(cmd.OutOrStdout(), "ID\t名称\t统一社会信用代码\t状态")
		for _, a := range all {
			t.row(a.ID, a.Name, a.USCC, a.Status)
		}
		return t.done()
	})
	imp := onLedger("import FILE", "Import agencies.yaml (strict; all problems are listed); - reads standard input", exactly(1),
		func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
			in := cmd.InOrStdin()
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return usageError{err}
				}
				defer f.Close()
				in = f
			}
			changed, warnings, err := importRegister(cmd.Context(), l, in, operator(as), time.Now())
			for _, w := range warnings {
				fmt.Fprintf(cmd.ErrOrStderr(), "warning: %s %s\n", w.Field, w.Message)
			}
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "%d agencies changed %s\n", len(changed), strings.Join(changed, " "))
			}
			return err
		})
	export := onLedger("export", "Write the register as agencies.yaml", exactly(0), func(cmd *cobra.Command, _ []string, _ config, l *ledger.Ledger) error {
		all, err := l.Agencies(cmd.Context())
		if err != nil {
			return err
		}
		return agencies.WriteRegister(cmd.OutOrStdout(), all)
	})
	suspend := onLedger("suspend ID", "Suspend an agency from now on; the reports that it touches are assessed again", exactly(1),
		func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
			return setAgencyStatus(cmd.Context(), l, args[0], schemas.AgencySuspended, operator(as))
		})
	activate := onLedger("activate ID", "Lift a suspension", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		return setAgencyStatus(cmd.Context(), l, args[0], schemas.AgencyActive, operator(as))
	})
	for _, c := range []*cobra.Command{imp, suspend, activate} {
		asFlag(c, &as)
	}
	cmd.AddCommand(list, imp, export, suspend, activate, newToken())
	return cmd
}

func setAgencyStatus(ctx context.Context, l *ledger.Ledger, id string, status schemas.AgencyStatus, by schemas.Actor) error {
	a, err := l.Agency(ctx, id)
	if err != nil {
		return err
	}
	now := time.Now()
	a.Status, a.SuspendedFrom = status, nil
	if status == schemas.AgencySuspended {
		a.SuspendedFrom = &now
	}
	return l.PutAgency(ctx, a, by, now) // which makes new assessments owed
}

func newToken() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Bearer tokens of an agency"}
	var label, as string
	add := onLedger("add AGENCY", "Mint a token; it is shown this one time", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		token, err := mintToken(cmd.Context(), l, args[0], label, time.Now())
		if err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), token)
		return nil
	})
	add.Flags().StringVar(&label, "label", "", "what the token is for")
	list := onLedger("list AGENCY", "List an agency's tokens", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		tokens, err := l.Tokens(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		t := newTable(cmd.OutOrStdout(), "ID\tLABEL\tCREATED\tREVOKED")
		for _, k := range tokens {
			t.row(k.ID, k.Label, local(k.CreatedAt), localPtr(k.RevokedAt))
		}
		return t.done()
	})
	revoke := onLedger("revoke ID", "Revoke a token at once", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		return l.RevokeToken(cmd.Context(), args[0], operator(as), time.Now())
	})
	asFlag(revoke, &as)
	cmd.AddCommand(add, list, revoke)
	return cmd
}

func mintToken(ctx context.Context, l *ledger.Ledger, agencyID, label string, now time.Time) (string, error) {
	token := agencies.NewToken("jda_")
	if _, err := l.CreateToken(ctx, agencyID, label, agencies.HashToken(token), now); err != nil {
		return "", err
	}
	return token, nil
}

func newUser() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "People who sign in to the pages"}
	var name, role, agency, town, as string
	add := onLedger("add LOGIN", "Add a person, or change one; the password is read from standard input", exactly(1),
		func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
			raw, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1024))
			if err != nil {
				return err
			}
			password := strings.TrimRight(string(raw), "\r\n")
			if len([]rune(password)) < 10 {
				return usageError{fmt.Errorf("give a password of at least 10 characters on standard input")}
			}
			return putUser(cmd.Context(), l, schemas.User{Login: args[0], Name: name, Role: schemas.UserRole(role), AgencyID: agency, Town: town},
				password, operator(as), time.Now())
		})
	f := add.Flags()
	f.StringVar(&name, "name", "", "name as shown to others")
	f.StringVar(&role, "role", "", "clerk, officer, reviewer, town or admin")
	f.StringVar(&agency, "agency", "", "agency id of a clerk")
	f.StringVar(&town, "town", "", "town or street of a town account")
	list := onLedger("list", "List people", exactly(0), func(cmd *cobra.Command, _ []string, _ config, l *ledger.Ledger) error {
		users, err := l.Users(cmd.Context())
		if err != nil {
			return err
		}
		t := newTable(cmd.OutOrStdout(), "LOGIN\tNAME\tROLE\tAGENCY\tTOWN\tDISABLED")
		for _, u := range users {
			t.row(u.Login, u.Name, u.Role, u.AgencyID, u.Town, u.Disabled)
		}
		return t.done()
	})
	disable := onLedger("disable LOGIN", "Keep a person out from now on", exactly(1), func(cmd *cobra.Command, args []string, _ config, l *ledger.Ledger) error {
		u, err := l.UserByLogin(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		u.Disabled = true
		return l.PutUser(cmd.Context(), u, operator(as), time.Now())
	})
	asFlag(add, &as)
	asFlag(disable, &as)
	cmd.AddCommand(add, list, disable)
	return cmd
}

// putUser adds or changes a person, found by login.
func putUser(ctx context.Context, l *ledger.Ledger, u schemas.User, password string, by schemas.Actor, now time.Time) error {
	switch u.Role {
	case schemas.RoleOfficer, schemas.RoleReviewer, schemas.RoleAdmin:
	case schemas.RoleClerk:
		if _, err := l.Agency(ctx, u.AgencyID); err != nil {
			return err
		}
	case schemas.RoleTown:
		if u.Town == "" {
			return usageError{fmt.Errorf("a town account needs --town")}
		}
	default:
		return usageError{fmt.Errorf("--role must be clerk, officer, reviewer, town or admin")}
	}
	hash, err := agencies.HashPassword(password)
	if err != nil {
		return err
	}
	old, err := l.UserByLogin(ctx, u.Login)
	switch {
	case err == nil:
		u.ID, u.CreatedAt = old.ID, old.CreatedAt
	case schemas.KindOf(err) == schemas.KindNotFound:
		u.ID, u.CreatedAt = uuid.Must(uuid.NewV7()).String(), now
	default:
		return err
	}
	if u.Name == "" {
		u.Name = u.Login
	}
	u.PasswordHash = hash
	return l.PutUser(ctx, u, by, now)
}
