package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
)

// The log is kept for 30 days, and here no longer than maxLog entries.
// Source: graph_contract §10.
const (
	maxLog  = 25_000
	keepLog = 30 * 24 * time.Hour
)

// provisioningLog is what jobs did, oldest first. It has a lock of its own, so that a
// cycle writes it without holding up anybody else, and a file to which each entry is
// added as a line.
type provisioningLog struct {
	store store

	mu      sync.RWMutex
	entries []*logged
	file    io.WriteCloser
	lines   int // of the file
}

// logged is an entry as it is answered, with what is searched for. It is an
// odata.Object.
type logged struct {
	raw json.RawMessage

	id, at, tenant, job, cycle, change, action, status, errorCode string
	took                                                          int64
	principal, initiator, source, target, sourceSide, targetSide  party
}

// party is a thing with an id and a name, and perhaps a type.
type party struct{ id, name, typ string }

// openLog reads the log's file.
func openLog(s store, before []json.RawMessage) (*provisioningLog, error) {
	l := &provisioningLog{store: s}
	for i, raw := range before {
		if err := l.keep(raw); err != nil {
			return nil, corrupt(tenantFile, fmt.Errorf("entry %d of the log: %w", i, err))
		}
	}
	data, err := s.readFile(logFile)
	if err != nil {
		return nil, err
	}
	if err := eachLine(logFile, data, l.keep); err != nil {
		return nil, err
	}
	l.trim()
	l.lines = len(l.entries)
	return l, l.rewrite()
}

// keep takes an entry as it is written.
func (l *provisioningLog) keep(raw []byte) error {
	var e engine.LogEntry
	if err := json.Unmarshal(raw, &e); err != nil {
		return err
	}
	l.entries = append(l.entries, newLogged(&e, slices.Clone(raw)))
	return nil
}

func newLogged(e *engine.LogEntry, raw json.RawMessage) *logged {
	out := &logged{
		raw: raw, id: e.ID, at: e.ActivityDateTime, tenant: e.TenantID, job: e.JobID, cycle: e.CycleID, change: e.ChangeID,
		action: e.ProvisioningAction, status: e.StatusInfo.Status, took: e.DurationInMilliseconds,
		principal:  party{e.ServicePrincipal.ID, e.ServicePrincipal.DisplayName, ""},
		initiator:  party{e.InitiatedBy.ID, e.InitiatedBy.DisplayName, e.InitiatedBy.InitiatorType},
		source:     party{e.SourceIdentity.ID, e.SourceIdentity.DisplayName, e.SourceIdentity.IdentityType},
		target:     party{e.TargetIdentity.ID, e.TargetIdentity.DisplayName, e.TargetIdentity.IdentityType},
		sourceSide: party{e.SourceSystem.ID, e.SourceSystem.DisplayName, ""},
		targetSide: party{e.TargetSystem.ID, e.TargetSystem.DisplayName, ""},
	}
	if info := e.StatusInfo.ErrorInformation; info != nil {
		out.errorCode = info.ErrorCode
	}
	return out
}

// add writes an entry.
func (l *provisioningLog) add(e engine.LogEntry) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write the provisioning log: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, newLogged(&e, raw))
	l.trim()
	if l.lines >= 2*maxLog {
		l.lines = len(l.entries)
		return l.rewrite()
	}
	if l.file == nil {
		if l.file, err = l.store.appendTo(logFile); err != nil {
			return err
		}
	}
	l.lines++
	if _, err := l.file.Write(append(slices.Clone(raw), '\n')); err != nil {
		return fmt.Errorf("write the provisioning log: %w", err)
	}
	return nil
}

// trim forgets the oldest entries beyond maxLog.
func (l *provisioningLog) trim() {
	if n := len(l.entries) - maxLog; n > 0 {
		clear(l.entries[:n]) // the array outlives the slice
		l.entries = l.entries[n:]
	}
}

// rewrite writes the file anew with what is kept.
func (l *provisioningLog) rewrite() error {
	if l.file != nil {
		_ = l.file.Close() // its lines are in what is written now
		l.file = nil
	}
	var b bytes.Buffer
	for _, e := range l.entries {
		b.Write(e.raw)
		b.WriteByte('\n')
	}
	return l.store.replaceFile(logFile, b.Bytes())
}

// recent returns the entries that are still kept, the newest first.
func (l *provisioningLog) recent(now time.Time) []*logged {
	oldest := seconds(now.Add(-keepLog))
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := make([]*logged, 0, len(l.entries))
	for _, e := range slices.Backward(l.entries) {
		if e.at >= oldest {
			out = append(out, e)
		}
	}
	return out
}

func (l *provisioningLog) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

// Property makes an entry an odata.Object.
func (e *logged) Property(name string) any {
	switch name {
	case "id":
		return e.id
	case "activityDateTime":
		return e.at
	case "tenantId":
		return e.tenant
	case "jobId":
		return e.job
	case "cycleId":
		return e.cycle
	case "changeId":
		return e.change
	case "provisioningAction":
		return e.action
	case "durationInMilliseconds":
		return float64(e.took)
	case "servicePrincipal":
		return e.principal
	case "initiatedBy":
		return e.initiator
	case "sourceIdentity":
		return e.source
	case "targetIdentity":
		return e.target
	case "sourceSystem":
		return e.sourceSide
	case "targetSystem":
		return e.targetSide
	case "provisioningStatusInfo":
		return statusOfEntry{e}
	}
	return nil
}

// Property makes a party an odata.Object.
func (p party) Property(name string) any {
	switch name {
	case "id":
		return p.id
	case "displayName":
		return p.name
	case "identityType", "initiatorType":
		return p.typ
	}
	return nil
}

// statusOfEntry is how an entry ended, as an odata.Object.
type statusOfEntry struct{ *logged }

// Property returns the status, or what the error is asked for.
func (s statusOfEntry) Property(name string) any {
	switch name {
	case "status":
		return s.status
	case "errorInformation":
		return errorOfEntry(s)
	}
	return nil
}

type errorOfEntry struct{ *logged }

// Property returns the code of the error.
func (e errorOfEntry) Property(name string) any {
	if name == "errorCode" && e.errorCode != "" {
		return e.errorCode
	}
	return nil
}
