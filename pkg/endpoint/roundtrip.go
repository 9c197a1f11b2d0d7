package endpoint

func roundTripChecks() []Check { return nil }
