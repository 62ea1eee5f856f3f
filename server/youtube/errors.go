package youtube

import (
	"errors"
	"fmt"
)

// Why there is no connection or no token. Each is a sentence for the person whose account it is, but for
// ErrNotConfigured and ErrClient, which are the operator's.
var (
	// ErrNotConfigured: the server has no OAuth client.
	ErrNotConfigured = errors.New("this server cannot upload to YouTube: its operator must set youtube_client_id and youtube_client_secret")
	// ErrClient: Google does not take the server's OAuth client. It is an ErrNotConfigured.
	ErrClient = fmt.Errorf("%w to those of a client that Google knows, with this server's redirect address", ErrNotConfigured)
	// ErrNotConnected: the account has no channel.
	ErrNotConnected = errors.New("no YouTube channel is connected")
	// ErrBroken: the account had one. It is an ErrNotConnected.
	ErrBroken = fmt.Errorf("%w any more, because the permission was withdrawn or has expired: connect the channel again", ErrNotConnected)
	// ErrState: nobody began what Finish is asked to end.
	ErrState = errors.New("this connection to YouTube was not begun by this account, is older than ten minutes, or was used already: begin again")
	// ErrDenied: the person did not agree.
	ErrDenied = errors.New("the connection to YouTube was not allowed")
	// ErrScope: the person did not agree to uploads. It is an ErrDenied.
	ErrScope = fmt.Errorf("%w: uploading videos must be ticked on Google's page", ErrDenied)
	// ErrNoChannel: the Google account has no channel.
	ErrNoChannel = errors.New("this Google account has no YouTube channel: create one at youtube.com, and connect again")
	// ErrUnavailable: Google could not be asked. It is worth a later try.
	ErrUnavailable = errors.New("YouTube's sign-in cannot be reached at the moment: try again later")
	// ErrReference: it is no reference of this package.
	ErrReference = errors.New("the secret's reference is none of a YouTube connection")
)
