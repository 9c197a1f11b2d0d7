package client_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/scim/client"
)

func TestParseBase(t *testing.T) {
	u, query, err := client.ParseBase("https://h.example/scim/?aadOptscim062020&tenant=a%20b")
	if err != nil || u.String() != "https://h.example/scim" {
		t.Errorf("%v, %v", u, err)
	}
	if diff := cmp.Diff([]client.Param{{Name: "tenant", Value: "a b"}}, query); diff != "" {
		t.Error(diff)
	}
	if _, _, err := client.ParseBase("https://user:" + canary + "@h.example"); err == nil || strings.Contains(err.Error(), canary) {
		t.Error(err)
	}
	if err := client.CheckToken("a b" + canary); err == nil || strings.Contains(err.Error(), canary) {
		t.Error(err)
	}
}

func TestMask(t *testing.T) {
	const token = `to/ken"7+`
	m := client.NewMask(token)
	for _, form := range []string{token, `to\/ken\"7+`, "to%2Fken%227%2B", "to/ken&#34;7+"} {
		if got := m.Text("a " + form + " b"); got != "a *** b" {
			t.Errorf("%s: %s", form, got)
		}
	}
	h := m.Header(http.Header{"Authorization": {"Bearer " + token}, "X-Debug": {token}, "Empty": {""}})
	if h.Get("Authorization") != "Bearer ***" || h.Get("X-Debug") != "***" || len(h) != 2 {
		t.Errorf("%v", h)
	}
	if err := m.Error(errors.New("no " + token)); err.Error() != "no ***" {
		t.Error(err)
	}
	if err := errors.ErrUnsupported; m.Error(err) != err {
		t.Error("an error without the token is changed")
	}
}
