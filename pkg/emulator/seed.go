package emulator

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// clientName is the display name of the tenant's one client.
const clientName = "scimctl client"

// founded is when the default objects were made. It lies before any clock that a
// test would set.
var founded = time.Date(2024, time.February, 1, 8, 0, 0, 0, time.UTC)

// newTenant makes the default tenant.
func newTenant(o Options) (*snapshot, error) {
	seed := make([]byte, 32)
	if o.Seed != 0 {
		binary.BigEndian.PutUint64(seed, o.Seed)
	} else if _, err := rand.Read(seed); err != nil {
		return nil, err
	}
	s := &state{
		Seed: seed, Sync: map[string]*synchronization{},
		Users: newCollection(), Groups: newCollection(), Applications: newCollection(), ServicePrincipals: newCollection(), Deleted: newCollection(),
	}
	s.tenant = tenant{
		TenantName: "Contoso", Domains: []string{"contoso.com", "contoso.onmicrosoft.com"}, Created: founded,
		TenantID: s.idFor("tenant"), ClientID: s.idFor("client/appId"),
		ClientSecret: s.password("client secret"), SCIMToken: s.password("scim token"),
	}
	s.seedClient()
	for _, p := range people {
		s.seedPerson(p)
	}
	for _, g := range teams {
		s.seedTeam(g)
	}
	custom, found := findTemplate(entra.NonGalleryTemplateID)
	if !found {
		return nil, fmt.Errorf("the non-gallery template is missing")
	}
	for _, name := range adoptable {
		s.seedApp(name, custom)
	}
	s.generate(o.Users, o.Groups)
	return &snapshot{state: s}, nil
}

// password derives a secret in the form that Entra gives out.
func (s *state) password(purpose string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' {
			return '~'
		}
		return r
	}, base64.RawURLEncoding.EncodeToString(s.mac(purpose)[:30]))
}

// clientObjectID is the service principal of the tenant's client.
func (s *state) clientObjectID() string { return s.idFor("client/servicePrincipal") }

// named returns a source of ids for the objects of one purpose.
func (s *state) named(purpose string) func() string {
	n := 0
	return func() string {
		n++
		return s.idFor(fmt.Sprintf("%s/%d", purpose, n))
	}
}

// seedClient makes the application that the client signs in as.
func (s *state) seedClient() {
	app, sp := s.appPair(clientName, s.named("client"))
	app.Props["appId"], sp.Props["appId"] = s.ClientID, s.ClientID
	sp.Props["servicePrincipalNames"] = []any{s.ClientID}
	sp.Props["id"] = s.clientObjectID()
	s.addApp(app, sp)
}

// seedApp makes an enterprise application that somebody's script made long ago.
func (s *state) seedApp(name string, g galleryEntry) {
	ids := s.named("app/" + name)
	app, sp := s.appPair(name, ids)
	s.fromTemplate(app, sp, g, ids)
	s.addApp(app, sp)
}

func (s *state) addApp(app, sp *entity) {
	app.Props["createdDateTime"], sp.Props["createdDateTime"] = seconds(founded), seconds(founded)
	s.Applications.add(app)
	s.ServicePrincipals.add(sp)
}
