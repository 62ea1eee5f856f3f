package plans

// A Plan is what an account may have.
type Plan struct {
	Name string `json:"name"` // what accounts and settings call it: "pro"

	// Rate is how many requests are answered.
	Rate Rate `json:"rate"`

	// Credits are granted each month of the calendar in UTC, at least 0. With Unlimited they mean nothing.
	Credits int `json:"credits"`
	// Unlimited never refuses a film for want of credits.
	Unlimited bool `json:"unlimited"`

	Seconds    int     `json:"seconds"`    // the longest film that may be asked for, 5 to MostSeconds
	Quality    Quality `json:"quality"`    // of the finished film
	Watermark  bool    `json:"watermark"`  // the finished film is marked
	Characters int     `json:"characters"` // the most of one film, 0 to 10

	// Priority is whose film goes first when several wait: 0 to 3, and the highest is first.
	Priority int `json:"priority"`
}

// MostSeconds is the longest film that a plan may allow.
const MostSeconds = 600

// A Rate is how many requests are answered in a minute and in a day, each at least 1. Both hold.
type Rate struct {
	Minute int `json:"minute"`
	Day    int `json:"day"`
}

// Quality is the size of a picture.
type Quality string

// The qualities.
const (
	HD     Quality = "720p"
	FullHD Quality = "1080p"
)

// ShortSide is the height of a film that is wider than high, and the width of one that is higher than wide,
// in pixels. It is 0 for a quality that does not exist.
func (q Quality) ShortSide() int {
	switch q {
	case HD:
		return 720
	case FullHD:
		return 1080
	}
	return 0
}
