package entra

import "time"

// RestoreLimit is how long a deleted application can be restored.
// Source: graph_contract §2.
const RestoreLimit = 30 * 24 * time.Hour

// DeletedApp is an application among the deleted items, together with its service
// principal. Ids are "" where that half is not among them.
type DeletedApp struct {
	ApplicationID      string
	ServicePrincipalID string
	AppID              string
	DisplayName        string
	Tags               []string // of the service principal
	Deleted            time.Time
}

// RestorableUntil is when Entra ID removes the application for good.
func (d DeletedApp) RestorableUntil() time.Time { return d.Deleted.Add(RestoreLimit) }
