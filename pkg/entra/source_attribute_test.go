package entra_test

import (
	"reflect"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
)

func TestGraphProperty(t *testing.T) {
	for attribute, property := range map[string]string{
		"objectId":            "id",
		"mobile":              "mobilePhone",
		"immutableId":         "onPremisesImmutableId",
		"extensionAttribute7": "onPremisesExtensionAttributes/extensionAttribute7",
		"surname":             "surname",
	} {
		if got := entra.GraphProperty(attribute); got != property {
			t.Errorf("GraphProperty(%s) = %s", attribute, got)
		}
		if got := entra.SourceAttributeOf(property); got != attribute {
			t.Errorf("SourceAttributeOf(%s) = %s", property, got)
		}
	}
}

func TestSourceValue(t *testing.T) {
	user := map[string]any{
		"id": "1", "businessPhones": []any{"+45 1", "+45 2"}, "otherMails": []any{"a", "b"}, "proxyAddresses": []any{},
		"onPremisesExtensionAttributes": map[string]any{"extensionAttribute1": "x"}, "manager": map[string]any{"id": "2"}, "accountEnabled": true,
	}
	for attribute, want := range map[string]any{
		"objectId": "1", "telephoneNumber": "+45 1", "otherMails": []any{"a", "b"}, "proxyAddresses": nil, "extensionAttribute1": "x",
		"extensionAttribute2": nil, "manager": "2", "accountEnabled": true, "department": nil,
	} {
		if got := entra.SourceValue(user, attribute); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", attribute, got, want)
		}
	}
}
