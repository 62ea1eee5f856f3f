package videoapi

// For tests of ids that hostile clients send.
var (
	ImageID    = imageID
	ImageOf    = imageOf
	PositionOf = position
	EventID    = eventID
)
