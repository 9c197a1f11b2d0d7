package plan

import (
	"fmt"
	"slices"
	"strings"
)

// DefaultMaxAffected is how many people and groups a plan may touch in one way
// before somebody has to accept the risk by name. It is a tenth of the deletion
// threshold that the service itself starts with. Source: graph_contract §5.
const DefaultMaxAffected = 50

// Impact is how many people and groups a plan touches in one way.
type Impact struct {
	Risk    string `json:"risk"`              // name to accept it by; "" for what is only worth knowing
	People  int    `json:"people"`            // users
	Groups  int    `json:"groups"`            //
	AtMost  bool   `json:"atMost,omitempty"`  // the numbers are upper bounds
	Unknown string `json:"unknown,omitempty"` // why they could not be counted
	Effect  string `json:"effect"`            // what they would do: "leave scope and be disabled or deleted in the application"
	Refused bool   `json:"refused,omitempty"` // too many, and not accepted
}

// String says whom the plan touches and how, in one sentence without an end.
func (i Impact) String() string {
	text := i.Count() + " would " + i.Effect
	if i.Unknown != "" {
		text += "; they could not be counted: " + i.Unknown
	}
	return text
}

// Count names the people and groups: "up to 12 people and 1 group".
func (i Impact) Count() string {
	if i.Unknown != "" {
		return "an unknown number of people and groups"
	}
	var parts []string
	if i.People > 0 || i.Groups == 0 {
		parts = append(parts, counted(i.People, "person", "people"))
	}
	if i.Groups > 0 {
		parts = append(parts, counted(i.Groups, "group", "groups"))
	}
	text := strings.Join(parts, " and ")
	if i.AtMost {
		text = "up to " + text
	}
	return text
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Guard notes whom the plan touches and refuses it where that is more than limit
// people and groups, or unknown, and the risk is not among the accepted ones. A plan
// that touches nobody is left as it is. It is called once.
func (p *Plan) Guard(impacts []Impact, limit int, accepted []string) {
	for _, i := range impacts {
		if i.People+i.Groups == 0 && i.Unknown == "" {
			continue
		}
		tooMany := i.Unknown != "" || i.People+i.Groups > limit
		i.Refused = i.Risk != "" && tooMany && !slices.Contains(accepted, i.Risk)
		p.Impact = append(p.Impact, i)
		if !i.Refused {
			continue
		}
		reason := i.String()
		if i.Unknown == "" {
			reason += fmt.Sprintf("; more than %d need a decision", limit)
		}
		p.Refusals = append(p.Refusals, Refusal{Reason: reason, Flag: "--accept-risk=" + i.Risk})
	}
}
