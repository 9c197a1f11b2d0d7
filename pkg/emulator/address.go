package emulator

// SCIMAddress returns where the SCIM traffic of a tenant URL goes: a place of Routes,
// the URL itself, or an embedded target. An embedded one is reached below base, the
// address at which this tenant is served, with the token of Info; embedded is true then.
// The error is that of a tenant URL which is none.
func (e *Emulator) SCIMAddress(base, tenant string) (address string, embedded bool, err error) {
	w, err := e.egress.way(tenant)
	if err != nil || !w.embedded {
		return w.base, false, err
	}
	u, err := tenantURL(tenant)
	if err != nil {
		return "", false, err
	}
	address = base + "/scim/" + targetName(u)
	if u.RawQuery != "" {
		address += "?" + u.RawQuery
	}
	return address, true, nil
}
