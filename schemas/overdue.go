package schemas

// OverdueTables say who is late: agencies with their reports, and the
// committee with cases that are past their handling deadline now. The two are
// separate facts.
type OverdueTables struct {
	Days     int             `json:"days"` // the agencies' table counts what came in so many days
	Agencies []AgencyOverdue `json:"agencies"`
	Steps    []StepOverdue   `json:"steps"`
	Towns    []TownOverdue   `json:"towns"`
}

// AgencyOverdue is the lateness of one agency, the most late first. Hours are
// those between the statutory deadline and the arrival of the report.
type AgencyOverdue struct {
	AgencyID   string  `json:"agency_id"`
	Name       string  `json:"name"`
	Cases      int     `json:"cases"`
	Late       int     `json:"late"`
	WorstHours float64 `json:"worst_hours"`
	TotalHours float64 `json:"total_hours"`
	Breached   int     `json:"breached"` // notices whose report did not come in time
}

// Overdue counts cases past their handling deadline without a disposition.
type Overdue struct {
	Count      int     `json:"count"`
	WorstHours float64 `json:"worst_hours"`
	TotalHours float64 `json:"total_hours"`
}

// StepOverdue is where the overdue cases stand: at which step of the ladder
// (from 1), and whether somebody has acknowledged them.
type StepOverdue struct {
	Step         int  `json:"step"`
	Acknowledged bool `json:"acknowledged"`
	Overdue
}

// TownOverdue is where the houses stand; an empty town is not known yet.
type TownOverdue struct {
	Town string `json:"town"`
	Overdue
}
