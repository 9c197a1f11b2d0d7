package engine

import (
	"context"
	"errors"
	"net/http"

	"github.com/scimctl/scimctl/pkg/scim/client"
)

// Skip reasons: codes of an Outcome that is Skipped. Source: graph_contract §9, §10.
const (
	// SkipRedundantExport: the target already is as it should be.
	SkipRedundantExport = "RedundantExport"
	// SkipNotEntitled: unassigned, out of the scoping filter, disabled or deleted; the
	// message says which.
	SkipNotEntitled = "NotEffectivelyEntitled"
	// SkipImport: the source object has no value to match by.
	SkipImport = "ImportSkipped"
	// SkipSynchronization: the configuration keeps the object out, for example since
	// the action is not allowed. The message says why.
	SkipSynchronization = "EntrySynchronizationSkipped"
)

// Error codes: codes of an Outcome that is a Failure.
// Source: graph_contract §10, entra_wire W-54.
const (
	CodeUnauthorized           = "Unauthorized"
	CodeInsufficientRights     = "InsufficientRights"
	CodeMethodNotAllowed       = "MethodNotAllowed"
	CodeConflict               = "Conflict"
	CodeEntryConflict          = "EntryConflict"
	CodeUnprocessableEntity    = "UnprocessableEntity"
	CodeTooManyRequests        = "TooManyRequests"
	CodeInternalServerError    = "InternalServerError"
	CodeNotImplemented         = "NotImplemented"
	CodeTimeout                = "Timeout"
	CodeWebExceptionProtocol   = "WebExceptionProtocolError"
	CodeInvalidAnchor          = "InvalidAnchor"
	CodeSchemaAttribute        = "SchemaAttributeNotFound"
	CodeDuplicateTargetEntries = "DuplicateTargetEntries"
	CodeDuplicateSourceEntries = "DuplicateSourceEntries"
	CodeInternalError          = "InternalError"
	CodeBadRequest             = "SystemForCrossDomainIdentityManagementBadRequest"
	CodeServiceIncompatible    = "SystemForCrossDomainIdentityManagementServiceIncompatible"
)

// CodeOf returns the error code that the provisioning log gives a failed request.
// An error that is not a *client.Error is an InternalError, a cancelled or expired
// context a Timeout.
func CodeOf(err error) string {
	e, ok := errors.AsType[*client.Error](err)
	if !ok {
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			return CodeTimeout
		}
		return CodeInternalError
	}
	switch e.Kind {
	case client.KindNotSCIM, client.KindProtocol, client.KindTooLarge, client.KindRedirect:
		return CodeServiceIncompatible
	case client.KindTimeout, client.KindCanceled:
		return CodeTimeout
	case client.KindTLS, client.KindUnreachable:
		return CodeWebExceptionProtocol
	}
	return codeOfStatus(e)
}

func codeOfStatus(e *client.Error) string {
	if e.SCIM != nil && e.SCIM.ScimType == "uniqueness" {
		return CodeEntryConflict
	}
	switch e.Status {
	case http.StatusUnauthorized:
		return CodeUnauthorized
	case http.StatusForbidden:
		return CodeInsufficientRights
	case http.StatusNotFound:
		if e.Method == http.MethodPost || e.SCIM == nil {
			return CodeServiceIncompatible
		}
		return CodeInvalidAnchor
	case http.StatusMethodNotAllowed:
		return CodeMethodNotAllowed
	case http.StatusConflict:
		if e.Method == http.MethodPost {
			return CodeEntryConflict
		}
		return CodeConflict
	case http.StatusUnprocessableEntity:
		return CodeUnprocessableEntity
	case http.StatusTooManyRequests:
		return CodeTooManyRequests
	case http.StatusNotImplemented:
		return CodeNotImplemented
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return CodeTimeout
	}
	switch {
	case e.Status >= 500:
		return CodeInternalServerError
	case e.Status >= 400:
		return CodeBadRequest
	}
	return CodeWebExceptionProtocol
}
