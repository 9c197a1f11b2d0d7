package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/expr"
)

// lineCommands are what a line of `scimctl eval` can be besides an expression.
var lineCommands = [][]string{
	{":attr NAME=VALUE", "set an attribute; NAME=A|B gives it several values, NAME alone takes it away"},
	{":attrs", "list the attributes"},
	{":doc FUNCTION", "explain a function"},
	{":trace", "show every part of an expression with its value, or stop doing so"},
	{":help", "list these commands"},
	{":quit", "end; so does Ctrl-D"},
}

// command does what a line that begins with a colon says. It reports whether that
// went well and whether more lines are wanted.
func (e *evaluator) command(p *render.Printer, line string) (good, more bool) {
	name, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch name {
	case ":quit", ":q", ":exit":
		return true, false
	case ":help", ":h", ":?":
		p.Table([]string{"COMMAND", "WHAT IT DOES"}, lineCommands)
	case ":trace":
		e.options.Trace = !e.options.Trace
		if e.options.Trace {
			p.Note("every part is shown")
		} else {
			p.Note("the value alone is shown")
		}
	case ":attrs":
		e.listAttributes(p)
	case ":attr":
		if err := e.setAttribute(rest); err != nil {
			p.Error(err)
			return false, true
		}
	case ":doc":
		f, ok := expr.Lookup(strings.TrimSuffix(rest, "()"))
		if !ok {
			p.Error(noFunction(rest))
			return false, true
		}
		p.Function(*f)
	default:
		p.Error(fmt.Errorf("there is no command %s%s; :help lists them", name, diag.DidYouMean(name, commandNames())))
		return false, true
	}
	return true, true
}

func commandNames() []string {
	names := make([]string, len(lineCommands))
	for i, c := range lineCommands {
		names[i], _, _ = strings.Cut(c[0], " ")
	}
	return names
}

// setAttribute sets an attribute by NAME=VALUE, to several values by NAME=A|B, and
// takes it away by NAME.
func (e *evaluator) setAttribute(text string) error {
	name, value, ok := strings.Cut(text, "=")
	name = strings.TrimSpace(name)
	if name == "" || strings.ContainsAny(name, " \t[]") {
		return errors.New(`write it as ":attr name=value", ":attr name=a|b" for several values, or ":attr name" to take it away`)
	}
	var v any
	switch values := strings.Split(value, "|"); {
	case !ok:
	case len(values) > 1:
		v = values
	default:
		v = value
	}
	object, err := e.object.With(name, v)
	if err != nil {
		return err
	}
	e.object = object
	return nil
}

// listAttributes writes the attributes with their values.
func (e *evaluator) listAttributes(p *render.Printer) {
	names := e.object.Names()
	if len(names) == 0 {
		p.Note("there are no attributes; set one with :attr name=value")
		return
	}
	rows := make([][]string, len(names))
	for i, name := range names {
		rows[i] = []string{name, p.ValueText(e.object.Attribute(name))}
	}
	p.Table([]string{"ATTRIBUTE", "VALUE"}, rows)
}

// known returns the attributes to complete: those that the user has, and those that
// users of Entra have.
func (e *evaluator) known() []string {
	names := append(e.object.Names(), usualAttributes...)
	slices.Sort(names)
	return slices.Compact(names)
}

// usualAttributes are source attributes of users that expressions are made of.
// Source: expressions §9, graph_contract §8.
var usualAttributes = []string{
	"IsSoftDeleted", "accountEnabled", "appRoleAssignments", "assignedRoles", "city", "companyName", "country", "department",
	"displayName", "employeeHireDate", "employeeId", "employeeType", "extensionAttribute1", "facsimileTelephoneNumber", "givenName",
	"jobTitle", "mail", "mailNickname", "manager", "mobile", "objectId", "onPremisesSamAccountName", "physicalDeliveryOfficeName",
	"postalCode", "preferredLanguage", "proxyAddresses", "state", "streetAddress", "surname", "telephoneNumber", "usageLocation",
	"userPrincipalName", "userType",
}
