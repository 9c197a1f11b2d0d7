package entra_test

import (
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
