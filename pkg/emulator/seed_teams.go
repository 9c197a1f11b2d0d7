package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// team is a default group with its direct members: names of people, and of other
// teams after a colon.
type team struct {
	name, nickname, description string
	members                     []string
	office365                   bool
}

// teams are the groups that the built-in profiles name, and a few with names
// that are hard to quote.
var teams = []team{
	{name: "IDmelon users", nickname: "idmelon-users", description: "Everyone with a security key", members: []string{"alice", "bob", "elodie", "lukasz", "prince", "carl"}},
	{name: "Klaxoon Pro", nickname: "klaxoon-pro", description: "Holders of a Pro licence", members: []string{"alice", "elodie"}},
	{name: "Klaxoon Free", nickname: "klaxoon-free", description: "Users without a Pro licence", members: []string{"bob", "jose", "zoe", "dana"}},
	{name: "AndMoney advisors", nickname: "andmoney-advisors", description: "Advisors who can be booked", members: []string{"soren", "zoe"}},
	{name: "AndMoney rooms", nickname: "andmoney-rooms", description: "Rooms that can be booked", members: []string{"room-1", "room-2", "room-3"}},
	{name: "Équipe Ventes", nickname: "equipe-ventes", members: []string{"jose", "ann.smith"}},
	{name: "Bob's team", nickname: "bobs-team", members: []string{"bob", "lukasz"}},
	{name: "All staff", nickname: "all-staff", description: "A group of groups", members: []string{":IDmelon users", ":Équipe Ventes", "ann.smith2"}, office365: true},
}

// adoptable are enterprise applications that exist before scimctl comes.
var adoptable = []string{"andmoney advisors", "andmoney advisors (test)", "andmoney rooms", "andmoney rooms (test)"}

func (s *state) teamID(name string) string { return s.idFor("group/" + name) }

func (s *state) seedTeam(t team) {
	props := map[string]any{
		"id": s.teamID(t.name), "displayName": t.name, "mailNickname": t.nickname, "mailEnabled": t.office365, "securityEnabled": true,
		"createdDateTime": seconds(founded), "renewedDateTime": seconds(founded), "groupTypes": []any{},
	}
	if t.description != "" {
		props["description"] = t.description
	}
	if t.office365 {
		mail := t.nickname + "@" + s.Domains[0]
		props["groupTypes"], props["mail"], props["visibility"] = []any{"Unified"}, mail, "Private"
		props["proxyAddresses"] = []any{"SMTP:" + mail}
	}
	e := &entity{Kind: "group", Props: props}
	var ids []string
	for _, m := range t.members {
		if m[0] == ':' {
			ids = append(ids, s.teamID(m[1:]))
		} else {
			ids = append(ids, s.personID(m))
		}
	}
	e.setRefs("members", ids)
	s.Groups.add(e)
}

// immutableID looks like the base64 of an on-premises GUID.
func immutableID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base64.StdEncoding.EncodeToString(sum[:16])
}

// generate adds users and groups in numbers. Each generated user is in one of the
// generated groups, in turn.
func (s *state) generate(users, groups int) {
	given := []string{"Anna", "Björn", "Chloé", "David", "Eva", "Frédéric", "Gül", "Hanna", "Ivan", "Jürgen", "Katja", "Lars", "Mia", "Nils"}
	surnames := []string{"Adams", "Berg", "Čapek", "Dubois", "Eriksen", "Ferrari", "García", "Hansen", "Ivanova", "Jensen", "Kowalski", "Larsen", "Møller"}
	departments := []string{"Sales", "Engineering", "Finance", "Support", "Marketing"}
	members := make([][]string, groups)
	for i := range users {
		name := fmt.Sprintf("user%05d", i+1)
		s.seedPerson(person{
			name: name, given: given[i%len(given)], surname: surnames[i/len(given)%len(surnames)], title: "Employee",
			department: departments[i%len(departments)], office: "Aarhus", more: map[string]any{"employeeId": fmt.Sprintf("%06d", 100000+i)},
		})
		if groups > 0 {
			members[i%groups] = append(members[i%groups], name)
		}
	}
	for i := range groups {
		s.seedTeam(team{name: fmt.Sprintf("Group %04d", i+1), nickname: fmt.Sprintf("group-%04d", i+1), members: members[i]})
	}
}
