package studioapi

import (
	"strings"

	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/youtube"
)

// jobError tells of a failure; nil when there is none.
func jobError(f *production.Failure) *JobError {
	if f == nil {
		return nil
	}
	return &JobError{Code: failureCode(f), Message: f.Message}
}

// The codes of failed jobs, beside those that answers have.
const (
	failRejected    = "CONTENT_REJECTED"
	failUnavailable = "PROVIDER_UNAVAILABLE"
	failOverloaded  = "PROVIDER_OVERLOADED"
	failOverBudget  = "BUDGET_EXCEEDED"
)

// failureCodes are the codes of kinds of failure; all others are our own.
var failureCodes = map[string]string{
	"invalid_input": codeInput, "rejected": failRejected, "rate_limited": failOverloaded,
	"unavailable": failUnavailable, "timeout": failUnavailable, "crashed": failUnavailable,
	"unauthorized": failUnavailable, "over_budget": failOverBudget,
}

// ready ends what an upload's failure says when its owner has nothing to mend, and waiting helps: what may be uploaded
// in a day is used up.
const ready = "The film itself is ready."

// failureCode is a failure's code in the manner of the API's. Uploads are not authorized by the server's operator, as
// other calls are, but by the film's owner, who can mend that unless the server is not known to Google.
func failureCode(f *production.Failure) string {
	code, ok := failureCodes[f.Code]
	switch {
	case !ok:
		return codeInternal
	case !f.AtUpload() || f.Code != "unauthorized":
		return code
	case strings.HasSuffix(f.Message, ready):
		return failOverloaded
	case strings.HasPrefix(f.Message, capital(youtube.ErrNotConfigured.Error())):
		return failUnavailable
	}
	return codeYouTube
}
