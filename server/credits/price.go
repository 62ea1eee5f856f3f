package credits

// Prices of the Video API, in credits.
const (
	PriceShort = 3 // video_length short
	PriceLong  = 6 // video_length long
)

// secondsPerCredit is how much film, as asked for, one credit buys.
const secondsPerCredit = 20

// Price is what a film costs by the duration that is asked for, in seconds: a credit for every 20 that are
// begun. For 0 and less it is 0.
func Price(seconds int) int {
	if seconds <= 0 {
		return 0
	}
	return (seconds-1)/secondsPerCredit + 1
}
