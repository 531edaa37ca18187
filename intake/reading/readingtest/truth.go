package readingtest

// Truth is what is true of a composed report, in the schema of the sample
// corpus (appraisal-corpus/1) as far as a generated report fills it.
type Truth struct {
	Schema         string         `json:"schema"`
	ID             string         `json:"id"`
	Set            string         `json:"set"`
	File           string         `json:"file"`
	Producer       string         `json:"producer"`
	Layout         string         `json:"layout"`
	TextLayer      string         `json:"text_layer"`
	ReportNo       string         `json:"report_no"`
	Agency         string         `json:"agency"`
	Client         string         `json:"client"`
	Address        string         `json:"address"`
	Structure      string         `json:"structure_type"`
	Storeys        int            `json:"storeys"`
	AreaM2         float64        `json:"area_m2"`
	InspectionDate string         `json:"inspection_date"`
	InspectionEnd  *string        `json:"inspection_end"`
	IssueDate      string         `json:"issue_date"`
	Standards      []string       `json:"standards"`
	Grades         []TrueGrade    `json:"grades"`
	Conflict       []string       `json:"conflict"`
	Overall        *TrueOverall   `json:"overall"`
	DangerClass    *string        `json:"danger_class"`
	Advice         []TrueAdvice   `json:"recommendations"`
	WholeStructure *bool          `json:"whole_structure_hazard"`
	HazardAlsoOK   []any          `json:"hazard_also_ok"`
	HazardEvidence string         `json:"hazard_evidence"`
	HazardBasis    *string        `json:"hazard_basis"`
	Signature      map[string]any `json:"signature"`
	Expected       Expected       `json:"expected"`
	Traps          []string       `json:"traps"`

	// Levels are the hazard levels that are right (DESIGN §3).
	Levels []string `json:"hazard_levels"`
	// OptionalAdvice are codes whose presence is arguable.
	OptionalAdvice []string `json:"optional_recommendations,omitempty"`
}

// TrueGrade is one concluded grade. Scheme is gb50292, gb50292-reliability,
// jgj125 or jgj363.
type TrueGrade struct {
	Unit   string `json:"unit" yaml:"unit"`
	Scheme string `json:"scheme" yaml:"scheme"`
	Grade  string `json:"grade" yaml:"grade"`
}

// TrueOverall is the worst unit's grade.
type TrueOverall struct {
	Scheme string `json:"scheme"`
	Grade  string `json:"grade"`
}

// TrueAdvice is one recommendation with the words that carry it.
type TrueAdvice struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Expected is the right outcome of an assessment with a valid signature.
type Expected struct {
	Outcome string   `json:"outcome"`
	AlsoOK  []string `json:"also_ok"`
	Why     string   `json:"why"`
}

func (e Expected) allows(outcome string) bool {
	if e.Outcome == outcome {
		return true
	}
	for _, o := range e.AlsoOK {
		if o == outcome {
			return true
		}
	}
	return false
}
