package entra

// ConnectionError is a test connection that the endpoint failed: Code and
// Message are the service's. Source: graph_contract §7.
type ConnectionError struct {
	Code, Message string
	RequestID     string
}

func (e *ConnectionError) Error() string { return e.Code + ": " + e.Message }
