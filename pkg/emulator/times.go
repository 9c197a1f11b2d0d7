package emulator

import "time"

// never is how the service writes that something has not happened.
// Source: graph_contract §1.
const never = "0001-01-01T00:00:00Z"

// seconds prints a time as the directory does.
func seconds(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// precise prints a time as the provisioning service does, to 100 nanoseconds.
func precise(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
