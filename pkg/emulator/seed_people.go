package emulator

import (
	"fmt"
	"maps"
	"strings"
)

// person is a default user. Its user principal name is name@contoso.com.
type person struct {
	name           string // mail nickname
	given, surname string
	title          string
	department     string
	office         string
	manager        string // name of another person
	more           map[string]any
	deleted        bool
}

// people are the default users: different enough to meet every case that a
// mapping, filter or look-up must get right.
var people = []person{
	{name: "elodie", given: "Élodie", surname: "Müller", title: "Director", department: "Management", office: "København"},
	{name: "alice", given: "Alice", surname: "Ångström", title: "Product Manager", department: "Product", office: "Aarhus", manager: "elodie", more: map[string]any{
		"employeeId": "1002", "mobilePhone": "+45 20 00 00 02", "businessPhones": []any{"+45 87 00 00 02"}, "faxNumber": "+45 87 00 00 99",
		"streetAddress": "Åboulevarden 1", "city": "Aarhus", "postalCode": "8000", "state": "Midtjylland", "country": "Denmark",
		"companyName": "Contoso", "usageLocation": "DK", "preferredLanguage": "da-DK",
	}},
	{name: "bob", given: "Bob", surname: "O'Brien", title: "Engineer", department: "R&D", office: "Aarhus", manager: "alice", more: synchronised("bob", "S-1-5-21-1-2-3-1103")},
	{name: "jose", given: "José", surname: "Núñez", title: "Sales Representative", department: "Sales", office: "Madrid", manager: "elodie", more: map[string]any{"employeeId": "0007", "country": "Spain"}},
	{name: "soren", given: "Søren", surname: "Ærø", title: "Advisor", department: "Advice", office: "Aarhus", manager: "elodie", more: synchronised("soren", "S-1-5-21-1-2-3-1104")},
	{name: "zoe", given: "Zoë", surname: "D'Angelo", title: "Advisor", department: "Advice", office: "Odense", manager: "soren"},
	{name: "lukasz", given: "Łukasz", surname: "Żółć", title: "Engineer", department: "R&D", office: "Gdańsk", manager: "alice", more: map[string]any{"employeeType": "Contractor"}},
	{name: "prince", given: "Prince", title: "Artist", department: "Marketing", manager: "elodie"}, // without a surname
	{name: "ann.smith", given: "Ann", surname: "Smith", title: "Accountant", department: "Finance", manager: "elodie"},
	{name: "ann.smith2", given: "Ann", surname: "Smith", title: "Recruiter", department: "People", manager: "elodie"}, // a display name is not unique
	{name: "carl", given: "Carl", surname: "Leaver", title: "Engineer", department: "R&D", manager: "alice", more: map[string]any{"accountEnabled": false}},
	{name: "gary", given: "Gary", surname: "Gone", title: "Engineer", department: "R&D", deleted: true},
	{name: "room-1", given: "", title: "", office: "Aarhus", more: map[string]any{"displayName": "Meeting room 1", "accountEnabled": false}},
	{name: "room-2", given: "", title: "", office: "Odense", more: map[string]any{"displayName": "Meeting room 2", "accountEnabled": false}},
	{name: "room-3", given: "", title: "", office: "København", more: map[string]any{"displayName": "Meeting room 3"}},
	{name: "dana", given: "Dana", surname: "Partner", more: map[string]any{
		"userPrincipalName": "dana_partner.example#EXT#@contoso.onmicrosoft.com", "mail": "dana@partner.example",
		"mailNickname": "dana_partner.example#EXT#", "userType": "Guest", "creationType": "Invitation", "externalUserState": "Accepted",
		"otherMails": []any{"dana@partner.example"}, "proxyAddresses": []any{"SMTP:dana@partner.example"},
	}},
}

// synchronised are the properties of a user who comes from an on-premises
// directory.
func synchronised(name, sid string) map[string]any {
	extensions := map[string]any{}
	for i := range 15 {
		extensions[fmt.Sprintf("extensionAttribute%d", i+1)] = nil
	}
	extensions["extensionAttribute1"] = "cost centre 42"
	return map[string]any{
		"onPremisesSyncEnabled": true, "onPremisesImmutableId": immutableID(name), "onPremisesSamAccountName": name,
		"onPremisesDomainName": "corp.contoso.com", "onPremisesSecurityIdentifier": sid,
		"onPremisesUserPrincipalName": name + "@contoso.com", "onPremisesDistinguishedName": "CN=" + name + ",OU=Staff,DC=corp,DC=contoso,DC=com",
		"onPremisesLastSyncDateTime": seconds(founded), "onPremisesExtensionAttributes": extensions,
	}
}

func (s *state) personID(name string) string { return s.idFor("user/" + name) }

func (s *state) seedPerson(p person) {
	upn := p.name + "@" + s.Domains[0]
	props := map[string]any{
		"id": s.personID(p.name), "displayName": strings.TrimSpace(p.given + " " + p.surname), "userPrincipalName": upn,
		"mail": upn, "mailNickname": p.name, "accountEnabled": true, "userType": "Member", "createdDateTime": seconds(founded),
		"proxyAddresses": []any{"SMTP:" + upn}, "businessPhones": []any{},
	}
	for name, v := range map[string]string{
		"givenName": p.given, "surname": p.surname, "jobTitle": p.title, "department": p.department, "officeLocation": p.office,
	} {
		if v != "" {
			props[name] = v
		}
	}
	maps.Copy(props, p.more)
	e := &entity{Kind: "user", Props: props}
	if p.manager != "" {
		e.setRefs("manager", []string{s.personID(p.manager)})
	}
	if !p.deleted {
		s.Users.add(e)
		return
	}
	e.Props["deletedDateTime"] = seconds(founded)
	e.Props["userPrincipalName"] = deletedName(e.id(), upn)
	s.Deleted.add(e)
}

// deletedName is the user principal name of a deleted user: the directory frees
// the old one by putting the object id in front.
func deletedName(id, upn string) string { return strings.ReplaceAll(id, "-", "") + upn }
