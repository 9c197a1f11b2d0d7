package mapping

import (
	"errors"

	"github.com/scimctl/scimctl/pkg/scim"
)

// pathMessage returns what is wrong with a path, without the text of the path.
func pathMessage(err error) string {
	if syntax, ok := errors.AsType[*scim.SyntaxError](err); ok {
		return syntax.Message
	}
	return err.Error()
}
