package render

// JobAction is what a verb did to a job, as the JSON of `scimctl start`, `stop` and
// `restart` shows it.
type JobAction struct {
	Profile            string `json:"profile,omitempty"`
	Environment        string `json:"environment,omitempty"`
	App                string `json:"app"`
	ServicePrincipalID string `json:"servicePrincipalId"`
	JobID              string `json:"jobId"`
	Action             string `json:"action"`          // start, stop, restart
	Reset              string `json:"reset,omitempty"` // scope of a restart
	Changed            bool   `json:"changed"`         // false: it was so already
	// Waited is whether a cycle was waited for; Job is how the job stands then, or
	// else right after the action.
	Waited bool      `json:"waited"`
	Job    JobStatus `json:"job"`
}

// actionDone words an action that did something, actionIdle one that had nothing to do.
var (
	actionDone = map[string]string{"start": "started", "stop": "stopped", "restart": "restarted"}
	actionIdle = map[string]string{"start": "is started already", "stop": "is stopped already"}
)

// Action writes what was done to a job, and what to expect of it.
func (p *Printer) Action(a JobAction, hint string) {
	said := actionIdle[a.Action]
	mark := p.style.faint.Render("·")
	if a.Changed {
		said, mark = actionDone[a.Action], p.style.good.Render("✓")
	}
	text := clean(a.App) + " " + said + "."
	if hint != "" {
		text += " " + clean(hint)
	}
	p.Paragraph(0, mark+" ", text)
}
