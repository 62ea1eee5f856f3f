package film

import "github.com/filmloom/filmloom/providers"

// MaxPublishTitle is how many characters the title of a published film has at most; a longer one is cut.
const MaxPublishTitle = 100

// VideoPublish puts a film where people watch it. A provider must publish one result once: whatever interrupts
// a call, the next attempt with the same idempotency key or the checkpoint goes on with what is under way, or
// gives what has been published already. Whose account it is published by, a secret of the call says.
var VideoPublish = providers.Capability[PublishInput, Published]{
	Name:        "video.publish",
	Description: "Uploads a film to a service that shows it, and tells its address there.",
}

// PublishInput gives a film and what is said about it.
type PublishInput struct {
	Video       providers.File  `json:"video" doc:"The film."`
	Thumbnail   *providers.File `json:"thumbnail,omitempty" doc:"A picture for lists: JPEG or PNG. The service chooses one itself where it takes none."`
	Title       string          `json:"title" doc:"Its title, 1 to 100 characters; a longer one is cut."`
	Description string          `json:"description" default:"" doc:"What it is about. A text that is too long for the service is cut."`
	Tags        []string        `json:"tags,omitempty" doc:"Words that it can be found by, as many as the service takes."`
	Language    string          `json:"language" default:"english" enum:"english,czech,danish,dutch,french,german,greek,hindi,indonesian,italian,chinese,japanese,norwegian,polish,portuguese,russian,spanish,swedish,turkish,ukrainian" doc:"Language of the film, its title and its description."`
	Privacy     string          `json:"privacy" default:"private" enum:"private,unlisted,public" doc:"Who may see it: its owner alone, everybody who knows the address, or everybody."`
	MadeForKids bool            `json:"made_for_kids" default:"false" doc:"Whether it is made for children, as the law of many countries wants to know."`
}

// Published is a film that can be watched.
type Published struct {
	URL string `json:"url" doc:"Where it can be watched."`
	ID  string `json:"id" doc:"What the service calls it."`
}
