package emulator

func organizationRoutes() []route {
	return []route{
		{method: "GET", pattern: "/organization", handle: listOrganizations},
		{method: "GET", pattern: "/organization/{organization}", handle: getOrganization},
		{method: "GET", pattern: "/subscribedSkus", handle: listSKUs},
	}
}

var organizationKind = &kind{
	name: "microsoft.graph.organization", set: "organization", title: "Organization", simple: true,
	properties: map[string]property{
		"id": {text, filtered, false}, "assignedPlans": {objectList, unfiltered, false}, "businessPhones": {textList, unfiltered, false},
		"city": {text, unfiltered, false}, "country": {text, unfiltered, false}, "countryLetterCode": {text, unfiltered, false},
		"createdDateTime": {date, unfiltered, false}, "defaultUsageLocation": {text, unfiltered, false}, "deletedDateTime": {date, unfiltered, false},
		"displayName": {text, filtered, false}, "marketingNotificationEmails": {textList, unfiltered, false},
		"onPremisesLastSyncDateTime": {date, unfiltered, false}, "onPremisesSyncEnabled": {boolean, unfiltered, false},
		"partnerTenantType": {text, unfiltered, false}, "postalCode": {text, unfiltered, false}, "preferredLanguage": {text, unfiltered, false},
		"privacyProfile": {objectValue, unfiltered, false}, "provisionedPlans": {objectList, unfiltered, false},
		"securityComplianceNotificationMails":  {textList, unfiltered, false},
		"securityComplianceNotificationPhones": {textList, unfiltered, false}, "state": {text, unfiltered, false}, "street": {text, unfiltered, false},
		"technicalNotificationMails": {textList, unfiltered, false}, "tenantType": {text, unfiltered, false}, "verifiedDomains": {objectList, unfiltered, false},
	},
}

func (s *state) organization() *entity {
	domains := make([]any, len(s.Domains))
	for i, name := range s.Domains {
		domains[i] = map[string]any{
			"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": i == 0, "isInitial": name == s.initialDomain(),
			"name": name, "type": "Managed",
		}
	}
	return &entity{Kind: "organization", Props: map[string]any{
		"id": s.TenantID, "displayName": s.TenantName, "tenantType": "AAD", "createdDateTime": seconds(s.Created),
		"countryLetterCode": "DK", "preferredLanguage": "en", "verifiedDomains": domains,
	}}
}

func listOrganizations(c *call) (*reply, error) {
	return c.list(listing{kind: organizationKind, items: []*entity{c.organization()}, context: "organization"})
}

func getOrganization(c *call) (*reply, error) {
	if c.param("organization") != c.TenantID {
		return nil, notFound(c.param("organization"))
	}
	return c.entityReply(organizationKind, c.organization())
}

var skuKind = &kind{
	name: "microsoft.graph.subscribedSku", set: "subscribedSkus", title: "SubscribedSku", simple: true,
	properties: map[string]property{
		"id": {text, unfiltered, false}, "accountId": {text, unfiltered, false}, "accountName": {text, unfiltered, false},
		"appliesTo": {text, unfiltered, false}, "capabilityStatus": {text, unfiltered, false}, "consumedUnits": {number, unfiltered, false},
		"prepaidUnits": {objectValue, unfiltered, false}, "servicePlans": {objectList, unfiltered, false}, "skuId": {text, unfiltered, false},
		"skuPartNumber": {text, unfiltered, false}, "subscriptionIds": {textList, unfiltered, false},
	},
}

// listSKUs shows a tenant that may assign groups and read the provisioning log.
// The ids are those of Microsoft Entra ID P2 in every tenant.
func listSKUs(c *call) (*reply, error) {
	const sku = "84a661c4-e949-4bd2-a560-ed7766fcaf2b"
	plan := func(id, name string) any {
		return map[string]any{"servicePlanId": id, "servicePlanName": name, "provisioningStatus": "Success", "appliesTo": "User"}
	}
	return c.list(listing{kind: skuKind, context: "subscribedSkus", items: []*entity{{Props: map[string]any{
		"id": c.TenantID + "_" + sku, "accountId": c.TenantID, "accountName": c.initialDomain(), "appliesTo": "User", "capabilityStatus": "Enabled",
		"consumedUnits": len(c.Users.list), "prepaidUnits": map[string]any{"enabled": 1000 + len(c.Users.list), "suspended": 0, "warning": 0, "lockedOut": 0},
		"skuId": sku, "skuPartNumber": "AAD_PREMIUM_P2", "subscriptionIds": []any{c.idFor("subscription")},
		"servicePlans": []any{
			plan("41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM"),
			plan("eec0eb4f-6444-4f95-aba0-50c24d67f998", "AAD_PREMIUM_P2"),
		},
	}}}})
}
