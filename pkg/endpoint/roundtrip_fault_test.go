package endpoint_test

func roundTripFaults() []fault { return nil }
