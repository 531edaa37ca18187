package readingtest

import "fmt"

var schemes = map[string]string{"unit_safety": "gb50292", "danger": "jgj125", "rural_danger": "jgj363"}

var standardNames = map[string]string{
	"safety": "GB 50292-2015", "safety55021": "GB 55021-2021",
	"danger": "JGJ 125-2016", "rural_danger": "JGJ/T 363-2014",
}

// settle writes the truth, by DOMAIN §1–2, DESIGN §3 and the hazard rule of
// the sample corpus.
func (c *composer) settle() {
	s, f, t := c.spec, c.facts, &c.truth
	*t = Truth{
		Schema: "appraisal-corpus/1", ID: fmt.Sprintf("gen-%d", s.Seed), Set: "generated",
		Layout: string(s.Form), TextLayer: "full", Producer: "readingtest",
		ReportNo: f.reportNo, Agency: f.agency, Client: f.client, Address: f.address,
		Structure: f.structure, Storeys: f.storeys, AreaM2: f.area,
		InspectionDate: f.inspected.Format("2006-01-02"), IssueDate: f.issued.Format("2006-01-02"),
		Standards: []string{standardNames[s.Code]},
	}
	if !f.until.IsZero() {
		u := f.until.Format("2006-01-02")
		t.InspectionEnd = &u
	}
	for _, u := range s.Units {
		name := u.Name
		if name == "" {
			name = "鉴定单元"
		}
		t.Grades = append(t.Grades, TrueGrade{Unit: name, Scheme: schemes[s.Kind], Grade: u.Grade})
	}
	worst := c.worstUnit().Grade
	t.Overall = &TrueOverall{Scheme: schemes[s.Kind], Grade: worst}
	if s.Kind != "unit_safety" {
		t.DangerClass = &worst
	}
	if s.Reliability {
		rel, _ := reliabilityOf(s.Units[0].Grade)
		t.Grades = append(t.Grades, TrueGrade{Unit: t.Grades[0].Unit, Scheme: "gb50292-reliability", Grade: rel})
	}
	if s.AlsoDanger != "" {
		t.Grades = append(t.Grades, TrueGrade{Unit: t.Grades[0].Unit, Scheme: "jgj125", Grade: s.AlsoDanger})
		t.DangerClass = &s.AlsoDanger
		t.Standards = append(t.Standards, standardNames["danger"])
	}
	c.settleHazard()
	c.settleDoubt()
}

func (c *composer) settleHazard() {
	s, t := c.spec, &c.truth
	hazard := func(v bool, basis string) {
		t.WholeStructure = &v
		if basis != "" {
			t.HazardBasis = &basis
		}
	}
	accepted := Expected{Outcome: "accepted", Why: "agrees with itself"}
	switch {
	case s.worst() == 4:
		hazard(true, "grade")
		t.Levels, t.Expected = []string{"red"}, accepted
	case s.Says == SaysGeo:
		hazard(true, "geo")
		t.Levels, t.Expected = []string{"red"}, accepted
	case s.Says == SaysWhole:
		hazard(true, "statement")
		t.Levels, t.Expected = []string{"red"}, accepted
	case s.Kind == "unit_safety" && s.worst() == 3 && s.Says == SaysNothing:
		// DESIGN §3: Csu with neither statement puts a human in front of it.
		t.Levels, t.Expected = []string{"amber"}, Expected{Outcome: "needs_review", Why: "Csu with neither statement"}
	case s.Kind == "unit_safety" && s.worst() == 3 && s.Says == SaysPartial:
		hazard(false, "")
		t.Levels, t.Expected = []string{"none", "amber"}, Expected{Outcome: "accepted", AlsoOK: []string{"needs_review"}, Why: "Csu, danger of a part only"}
	default:
		hazard(false, "")
		t.Levels, t.Expected = []string{"none"}, accepted
	}
	if s.AlsoDanger != "" {
		t.Expected.AlsoOK = append(t.Expected.AlsoOK, "needs_review")
		if s.AlsoDanger == "D" && s.Units[0].Grade != "Dsu" {
			t.Traps = append(t.Traps, "danger class D beside a milder safety grade")
		}
	}
}

// settleDoubt changes the truth of reports that a human must look at.
func (c *composer) settleDoubt() {
	s, t := c.spec, &c.truth
	review := func(why string) { t.Expected = Expected{Outcome: "needs_review", Why: why} }
	switch s.Contradiction {
	case TableDiffers, SaidTwice, SummaryOther:
		other := c.otherGrade()
		t.Conflict = []string{s.Units[0].Grade, other}
		t.Overall, t.WholeStructure, t.HazardBasis = nil, nil, nil
		review("the report names " + other + " as well")
		if s.worst() >= 3 || severity(other) >= 3 || s.Says == SaysWhole || s.Says == SaysGeo {
			t.Levels = []string{"amber", "red"}
			if s.Kind != "unit_safety" && s.worst() <= 3 && severity(other) <= 3 && s.Says != SaysGeo {
				t.Levels = []string{"none", "amber"} // class C is local by definition
			}
		} else {
			t.Levels = []string{"none", "amber"}
		}
	case WordsOther:
		t.WholeStructure, t.HazardBasis = nil, nil
		t.Levels = []string{"amber", "red"}
		review("the words cannot stand beside the grade")
	case AdviceOther:
		t.Levels = append(t.Levels, "amber", "red")
		review("the advice cannot stand beside the grade")
	case NumbersDiffer:
		t.Levels = append(t.Levels, "amber")
		review("two report numbers")
	}
	switch s.Pages {
	case Scanned, Garbled:
		t.TextLayer = map[PageKind]string{Scanned: "none", Garbled: "garbled"}[s.Pages]
		t.Levels = []string{"amber"}
		review("no page can be read")
	case Partly:
		t.TextLayer = "partly_garbled"
		t.Levels = []string{"amber", "red"}
		review("the conclusion cannot be read")
	case Pictured:
		t.TextLayer = "partial"
		t.Levels = []string{"amber", "red"}
		review("the conclusion is a picture")
	case Veiled:
		t.TextLayer = "deceptive"
		t.Expected.AlsoOK = append(t.Expected.AlsoOK, "accepted", "needs_review")
		t.Levels = append(t.Levels, "amber", "red")
	case Headless:
		t.Grades, t.Overall, t.WholeStructure, t.HazardBasis = nil, nil, nil, nil
		t.Levels = []string{"none", "amber", "red"}
		review("conclusion and advice are missing")
	case Survey:
		t.Grades, t.Overall, t.WholeStructure, t.HazardBasis = nil, nil, nil, nil
		t.Levels = []string{"none", "amber", "red"}
		t.Expected = Expected{Outcome: "rejected", Why: "a survey, not an appraisal"}
	}
}
