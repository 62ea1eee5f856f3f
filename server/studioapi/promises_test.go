package studioapi_test

// codeOf is the code of an error.
func codeOf(body object) string {
	e, _ := body["error"].(object)
	code, _ := e["code"].(string)
	return code
}

// usual are the codes that any operation of a kind may answer with.
var usual = map[string][]string{
	"400": {"INVALID_INPUT"}, "401": {"AUTHENTICATION_REQUIRED", "INVALID_API_KEY", "INVALID_TOKEN"}, "403": {"INSUFFICIENT_PERMISSIONS"},
	"408": {"REQUEST_TIMEOUT"}, "409": {"IDEMPOTENCY_CONFLICT"}, "413": {"PAYLOAD_TOO_LARGE"}, "415": {"UNSUPPORTED_MEDIA_TYPE"},
	"429": {"RATE_LIMIT_EXCEEDED"}, "500": {"INTERNAL_SERVER_ERROR"}, "503": {"SERVICE_UNAVAILABLE"},
}

// own are the codes that some operations answer with besides.
var own = map[string][]string{
	"getProject":          {"404 PROJECT_NOT_FOUND"},
	"changeProject":       {"404 PROJECT_NOT_FOUND", "409 JOB_ALREADY_PROCESSING"},
	"deleteProject":       {"404 PROJECT_NOT_FOUND", "409 JOB_ALREADY_PROCESSING"},
	"generateVideo":       {"404 PROJECT_NOT_FOUND", "400 YOUTUBE_NOT_CONNECTED", "402 INSUFFICIENT_CREDITS", "409 JOB_ALREADY_PROCESSING", "409 CONFLICT"},
	"listProjectJobs":     {"404 PROJECT_NOT_FOUND"},
	"getJob":              {"404 JOB_NOT_FOUND"},
	"cancelJob":           {"404 JOB_NOT_FOUND", "409 JOB_NOT_ACTIVE"},
	"retryJob":            {"404 JOB_NOT_FOUND", "400 YOUTUBE_NOT_CONNECTED", "402 INSUFFICIENT_CREDITS", "409 JOB_NOT_ACTIVE", "409 JOB_ALREADY_PROCESSING", "409 CONFLICT"},
	"listJobSteps":        {"404 JOB_NOT_FOUND"},
	"downloadJob":         {"404 JOB_NOT_FOUND", "404 NOT_FOUND", "412 PRECONDITION_FAILED", "416 RANGE_NOT_SATISFIABLE"},
	"followJob":           {"404 JOB_NOT_FOUND"},
	"getBatch":            {"404 BATCH_NOT_FOUND"},
	"registerWebhook":     {"409 CONFLICT"},
	"getWebhook":          {"404 WEBHOOK_NOT_FOUND"},
	"changeWebhook":       {"404 WEBHOOK_NOT_FOUND"},
	"deleteWebhook":       {"404 WEBHOOK_NOT_FOUND"},
	"testWebhook":         {"404 WEBHOOK_NOT_FOUND"},
	"rotateWebhookSecret": {"404 WEBHOOK_NOT_FOUND"},
	"listDeliveries":      {"404 WEBHOOK_NOT_FOUND"},
	"redeliver":           {"404 WEBHOOK_NOT_FOUND", "404 DELIVERY_NOT_FOUND", "409 CONFLICT"},
	"createAPIKey":        {"409 CONFLICT"},
	"getAPIKey":           {"404 API_KEY_NOT_FOUND"},
	"revokeAPIKey":        {"404 API_KEY_NOT_FOUND"},
	"rotateAPIKey":        {"404 API_KEY_NOT_FOUND"},
	"register":            {"403 INSUFFICIENT_PERMISSIONS", "409 CONFLICT", "429 RATE_LIMIT_EXCEEDED"},
	"createUser":          {"409 CONFLICT"},
	"changeUser":          {"404 USER_NOT_FOUND", "409 CONFLICT"},
	"removeUser":          {"404 USER_NOT_FOUND", "409 CONFLICT"},
	"addCredits":          {"404 USER_NOT_FOUND"},
	"authorizeYouTube":    {"400 NOT_AVAILABLE"},
	"finishYouTube":       {"400 NOT_AVAILABLE"},
	"disconnectYouTube":   {"404 NOT_FOUND"},
}
