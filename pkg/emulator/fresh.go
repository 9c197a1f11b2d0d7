package emulator

import (
	"sync"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
)

// freshSchemas keeps the schemas of templates with the tenant's own parameter keys,
// which are asked for with every list of templates and are the same each time.
type freshSchemas struct {
	mu    sync.Mutex
	known map[string]*syncschema.Object // by template
}

// get returns a copy of a template's schema with the id, made on first use.
func (f *freshSchemas) get(template, id string, fresh func() (*syncschema.Object, error)) (*syncschema.Object, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	doc := f.known[template]
	if doc == nil {
		var err error
		if doc, err = fresh(); err != nil {
			return nil, err
		}
		if f.known == nil {
			f.known = map[string]*syncschema.Object{}
		}
		f.known[template] = doc
	}
	out := doc.Clone()
	out.Set("id", id)
	return out, nil
}
