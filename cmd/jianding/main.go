// Command jianding takes in signed appraisal reports of houses, judges and
// keeps them, files them with the municipal platform and sees to it that a
// house in danger is in front of somebody. It is the service and its
// command line in one binary. Start reading at [service] in service.go, which
// wires the rooms together.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"jianding/intake/assessment"
	"jianding/schemas"
)

// version is set by the linker: -ldflags "-X main.version=v1.2.3".
var version = "dev"

func main() {
	// A worker child of the assessment pool is this same binary; it must not
	// get as far as flags and configuration.
	assessment.ChildMain()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns the exit code: 0 done, 1 failed,
// 2 bad usage or configuration.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	printError(errOut, err)
	var u usageError
	if errors.As(err, &u) || schemas.KindOf(err) == schemas.KindInvalid {
		return 2
	}
	return 1
}

// usageError marks a mistake in how a command was called.
type usageError struct{ error }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "jianding",
		Short: "鉴定报告接收、核验、报送与危房上报",
		Long: `jianding takes in signed appraisal reports (房屋安全鉴定报告), verifies who signed
them, reads each house's grade, keeps the original, files it with 智慧房安 and puts
a house in danger in front of the district committee within 24 hours.

New here?   jianding demo       everything embedded, with sample reports
Look at one report:             jianding inspect --trust DIR report.pdf`,
		Version: version, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newDemo(), newServe(), newInspect(), newSubmit(), newAgency(), newUser(), newTrust(), newReport(),
		newEscalation(), newNotice(), newDelivery(), newReceipt(), newAudit(), newBackup(), newConfig(), newSandbox(), newOCR())
	return root
}

// printError shows an error with all its problems, one a line.
func printError(w io.Writer, err error) {
	var e *schemas.Error
	if !errors.As(err, &e) {
		fmt.Fprintln(w, "jianding:", err)
		return
	}
	fmt.Fprintf(w, "jianding: %s", e.Code)
	if e.Message != "" {
		fmt.Fprintf(w, ": %s", e.Message)
	}
	if e.Err != nil {
		fmt.Fprintf(w, " (%v)", e.Err)
	}
	fmt.Fprintln(w)
	for _, p := range e.Problems {
		fmt.Fprintf(w, "  %s: %s (%s)\n", p.Field, p.Message, p.Code)
	}
}

// exactly and atLeast are cobra's argument checks with our exit code.
func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.ExactArgs(n)(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

func atLeast(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.MinimumNArgs(n)(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}
