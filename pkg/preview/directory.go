package preview

import (
	"fmt"
	"iter"

	"github.com/scimctl/scimctl/pkg/diag"
)

// User is a user of a directory.
type User struct {
	// Attributes are the values by the names of source attributes, as encoding/json
	// decodes them: texts, booleans, numbers, lists of texts.
	Attributes map[string]any
	// Unassigned says that the user is not assigned to the application.
	Unassigned bool
}

// Directory reads users one by one until there are no more, or an error.
func Directory(users iter.Seq2[User, error]) Source {
	next, stop := iter.Pull2(users)
	return &directory{pull: next, stop: stop}
}

type directory struct {
	pull  func() (User, error, bool)
	stop  func()
	count int
}

func (d *directory) next(p *piece) (bool, error) {
	for len(p.records) < pieceRows {
		u, err, ok := d.pull()
		if !ok || err != nil {
			return false, err
		}
		d.count++
		attributes := u.Attributes
		if attributes == nil {
			attributes = map[string]any{}
		}
		p.records = append(p.records, record{attributes: attributes, unassigned: u.Unassigned, file: "user", at: diag.Pos{Line: d.count, Column: 1}})
	}
	return true, nil
}

// close ends the iteration wherever it is.
func (d *directory) close() { d.stop() }

func (d *directory) name(number uint32) string {
	return fmt.Sprintf("user %d of the directory", number)
}
