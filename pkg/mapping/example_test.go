package mapping_test

import (
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra/template"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// A new non-gallery application maps a user.
func ExampleProgram_Map() {
	app, _ := template.Find("non-gallery")
	objects, err := mapping.FromSchema(app.Schema())
	if err != nil {
		fmt.Println(err)
		return
	}
	program, problems := mapping.Compile(objects[0])
	if problems.HasErrors() {
		fmt.Println(problems)
		return
	}
	ann, err := mapping.NewObject(mapping.User, map[string]any{
		"userPrincipalName": "ann@contoso.com", "givenName": "Ann", "surname": "Example", "IsSoftDeleted": false,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range program.Map(mapping.NewMachine(mapping.Env{}), ann).Values {
		fmt.Println(v.Target, "=", strings.Join(v.Values, ", "))
	}
	// Output:
	// userName = ann@contoso.com
	// active = True
	// name.givenName = Ann
	// name.familyName = Example
	// name.formatted = Ann Example
}

// A profile asks for another matching attribute: it is two edits, and none the
// second time.
func ExampleConverge() {
	app, _ := template.Find("non-gallery")
	live := app.Schema()
	want := mapping.Desired{
		Source: mapping.User,
		Base:   mapping.BaseTemplate,
		Mappings: []mapping.Attribute{
			{Target: diag.Text{Value: "externalId"}, Source: diag.Text{Value: "objectId"}, Match: 1},
		},
	}
	for range 2 {
		edits, problems := mapping.Converge(live, app.Schema(), want, nil)
		for _, e := range edits {
			fmt.Println(e.Kind, e.Name, "to precedence", e.MappingAfter.MatchingPriority)
		}
		fmt.Println(len(edits), "edits,", len(problems), "problems")
		if err := mapping.Apply(live, edits, nil, true); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// changeMapping userName to precedence 0
	// changeMapping externalId to precedence 1
	// 2 edits, 0 problems
	// 0 edits, 0 problems
}
