package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-resty/resty/v2"
	"github.com/spf13/cobra"
)

// newNotice is the agency's way to say that a house is in danger before its
// report is written (先报后补).
func newNotice() *cobra.Command {
	var n struct {
		Address      string    `json:"address"`
		Town         string    `json:"town,omitempty"`
		Found        string    `json:"found"`
		DiscoveredAt time.Time `json:"discovered_at"`
		Measures     string    `json:"measures,omitempty"`
		ReportNo     string    `json:"report_no,omitempty"`
	}
	var server, token, key, discovered string
	cmd := &cobra.Command{Use: "notice", Short: "Hazard notices before the report (先报后补)"}
	give := &cobra.Command{
		Use: "give", Short: "Give notice of a house in danger; it escalates at once",
		Example: `  JIANDING_TOKEN=jda_… jianding notice give --address 几江街道… --found 承重墙贯通裂缝 --discovered 2026-11-24T09:30:00+08:00`,
		Args:    exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if token == "" {
				token = os.Getenv("JIANDING_TOKEN")
			}
			if token == "" || n.Address == "" || n.Found == "" {
				return usageError{errors.New("a token (JIANDING_TOKEN), --address and --found are needed")}
			}
			n.DiscoveredAt = time.Now()
			if discovered != "" {
				at, err := time.Parse(time.RFC3339, discovered)
				if err != nil {
					return usageError{err}
				}
				n.DiscoveredAt = at
			}
			req := resty.New().SetBaseURL(server).SetAuthToken(token).R().SetContext(cmd.Context()).SetBody(n)
			if key != "" {
				req.SetHeader("Idempotency-Key", key)
			}
			resp, err := req.Post("/v1/hazard-notices")
			if err != nil {
				return err
			}
			if resp.IsError() {
				_, why, _ := judgeAnswer(resp, nil)
				return errors.New(why)
			}
			var a struct {
				Ref string `json:"ref"`
			}
			if err := json.Unmarshal(resp.Body(), &a); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "已受理，编号 %s。请在 24 小时内补报鉴定报告（声明 notice_ref=%s）。\n", a.Ref, a.Ref)
			return nil
		},
	}
	f := give.Flags()
	f.StringVar(&server, "server", "http://127.0.0.1:8080", "address of the server")
	f.StringVar(&token, "token", "", "agency token (better: JIANDING_TOKEN)")
	f.StringVar(&key, "key", "", "idempotency key: the same key never gives a second notice")
	f.StringVar(&n.Address, "address", "", "address of the house")
	f.StringVar(&n.Town, "town", "", "town or street")
	f.StringVar(&n.Found, "found", "", "what was found")
	f.StringVar(&n.Measures, "measures", "", "measures already taken")
	f.StringVar(&n.ReportNo, "report-no", "", "number of the report to come, if known")
	f.StringVar(&discovered, "discovered", "", "when it was discovered, RFC 3339 (default now)")
	cmd.AddCommand(give)
	return cmd
}
