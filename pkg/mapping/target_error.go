package mapping

import (
	"errors"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/scim"
)

// targetError reports a target that is no SCIM path.
func targetError(a *Attribute, err error) diag.Diagnostic {
	return diag.Errorf(codeTargetPath, a.place(), "%q is no target attribute: %s", a.Target.Value, pathMessage(err)).
		WithDetail(`Write a SCIM path such as displayName, name.givenName or emails[type eq "work"].value, or a schema URN, a colon and a name.`)
}

// pathMessage returns what is wrong with a path, without the text of the path.
func pathMessage(err error) string {
	if syntax, ok := errors.AsType[*scim.SyntaxError](err); ok {
		return syntax.Message
	}
	return err.Error()
}
