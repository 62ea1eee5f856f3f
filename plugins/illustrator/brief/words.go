package brief

// Place is where a scene is.
type Place string

// The places, each with a scene of its own.
const (
	Sea        Place = "sea"
	Harbor     Place = "harbor"
	Beach      Place = "beach"
	Lake       Place = "lake"
	Mountains  Place = "mountains"
	Hills      Place = "hills"
	Forest     Place = "forest"
	Meadow     Place = "meadow"
	Road       Place = "road"
	Village    Place = "village"
	City       Place = "city"
	Desert     Place = "desert"
	Cave       Place = "cave"
	Room       Place = "room"
	Library    Place = "library"
	Hall       Place = "hall"
	Graveyard  Place = "graveyard"
	Space      Place = "space"
	Underwater Place = "underwater"
)

// Indoors tells whether the place has a roof.
func (p Place) Indoors() bool { return p == Room || p == Library || p == Hall || p == Cave }

// Hour is the time of the day.
type Hour string

// The hours.
const (
	Morning Hour = "morning"
	Day     Hour = "day"
	Dusk    Hour = "dusk"
	Night   Hour = "night"
)

// Weather is what falls from the sky, or hangs in the air.
type Weather string

// The kinds of weather.
const (
	Clear  Weather = "clear"
	Cloudy Weather = "cloudy"
	Rain   Weather = "rain"
	Storm  Weather = "storm"
	Snow   Weather = "snow"
	Fog    Weather = "fog"
)

// The words of the places. A place is the likelier the more of its words there are, and the more they
// weigh.
var placeWords = map[Place]map[string]int{
	Sea:        weigh(3, "sea ocean waves wave lighthouse island whale captain sailor sailors", 1, "ship boat sails horizon warship hull deck"),
	Harbor:     weigh(5, "harbor harbour port pier dock docks shipyard quay wharf", 1, "boats fishing"),
	Beach:      weigh(5, "beach coast shore seaside sand", 1, "footprints island shells tropical"),
	Lake:       weigh(4, "lake river pond stream swamp canal waterfall", 1, "otters frog swan reeds"),
	Mountains:  weigh(4, "mountain mountains peak peaks cliff cliffs alps volcano summit glacier", 1, "rocky rock castle steep climbing"),
	Hills:      weigh(3, "hill hills valley horizon countryside", 1, "castle windmill sheep landscape"),
	Forest:     weigh(4, "forest woods woodland jungle pine pines ferns", 1, "trees tree oak owl deer fox bear mushroom mossy"),
	Meadow:     weigh(3, "meadow field fields garden park farm grass orchard picnic spring farmer", 2, "flowers cows sheep bees hive bench australia clearing", 1, "flower tree leaves sun"),
	Road:       weigh(4, "road path highway crossroads track railway passage way", 1, "car walking journey wheels"),
	Village:    weigh(5, "village cottage town hut hamlet villagers roofs roof", 2, "farmhouse house houses square market stall stalls barn chimney church", 1, "villa home"),
	City:       weigh(4, "city street skyline skyscraper skyscrapers downtown alley rooftop avenue manhole metropolis york tokyo london paris", 2, "bus traffic neon cafe building buildings subway crowd apartment taxi office pavement stop", 1, "people car headlights businessman"),
	Desert:     weigh(5, "desert dunes dune pyramid pyramids sahara egypt egyptian sphinx pharaoh", 1, "camel dry heat cactus hot"),
	Cave:       weigh(5, "cave cavern tunnel mine sewer dungeon cellar underground tomb", 2, "torch dragon prisoners", 1, "rock stone"),
	Room:       weigh(3, "room kitchen bedroom bed table desk sofa studio workbench workshop kitchens office fireplace window indoors inside bakery cafe restaurant living chair attic", 1, "door candle lamp piano cup mirror wall bread book letter shelf stove hands notebook photograph glass clock"),
	Library:    weigh(6, "library bookshop bookstore bookshelf bookcase shelves archive", 1, "books book scrolls"),
	Hall:       weigh(4, "corridor hall museum hallway palace cathedral church temple station ballroom theater theatre court council parliament school hospital salon stairs staircase columns parliament throne", 1, "statue king queen audience"),
	Graveyard:  weigh(6, "graveyard cemetery gravestone tombstone grave graves tombstones", 1, "ghost crow"),
	Space:      weigh(5, "space galaxy planet planets universe cosmos astronaut orbit nebula moonscape asteroid venus mars jupiter saturn rocket spaceship", 1, "earth stars satellite comet"),
	Underwater: weigh(6, "underwater seabed reef octopus shark sunken jellyfish diver submarine coral aquarium", 2, "swimming deep fish shipwreck", 1, "dolphin"),
}

// places fixes an order among places that are equally likely.
var places = []Place{
	Graveyard, Underwater, Space, Library, Harbor, Desert, Cave, Hall, Beach, Forest, Village, City,
	Lake, Sea, Mountains, Road, Room, Meadow, Hills,
}

var hourWords = map[string]Hour{
	"night": Night, "midnight": Night, "moon": Night, "moonlight": Night, "moonlit": Night, "stars": Night,
	"starry": Night, "ghost": Night, "haunted": Night, "dark": Night, "nighttime": Night, "starlight": Night,
	"dusk": Dusk, "sunset": Dusk, "evening": Dusk, "twilight": Dusk, "golden": Dusk, "sundown": Dusk,
	"morning": Morning, "dawn": Morning, "sunrise": Morning, "daybreak": Morning, "breakfast": Morning,
	"day": Day, "noon": Day, "afternoon": Day, "sunny": Day, "sunlight": Day, "daylight": Day, "midday": Day, "bright": Day,
}

// hourRank settles descriptions that name several hours: the plainer word wins.
var hourRank = map[string]int{"dark": 3, "golden": 3, "bright": 3, "stars": 2, "moon": 2, "sunlight": 2, "day": 2, "ghost": 3, "haunted": 2}

var weatherWords = map[string]Weather{
	"rain": Rain, "rainy": Rain, "raining": Rain, "drizzle": Rain, "puddle": Rain, "puddles": Rain,
	"storm": Storm, "stormy": Storm, "lightning": Storm, "thunder": Storm, "thunderstorm": Storm, "hurricane": Storm,
	"snow": Snow, "snowy": Snow, "winter": Snow, "frozen": Snow, "ice": Snow, "icy": Snow, "blizzard": Snow, "arctic": Snow,
	"fog": Fog, "foggy": Fog, "mist": Fog, "misty": Fog, "haze": Fog, "hazy": Fog,
	"cloudy": Cloudy, "clouds": Cloudy, "overcast": Cloudy, "grey": Cloudy, "gray": Cloudy,
}

var weatherRank = map[Weather]int{Storm: 5, Rain: 4, Snow: 3, Fog: 2, Cloudy: 1}

var colorWords = map[string]uint32{
	"red": 0xb8302a, "orange": 0xd8742a, "yellow": 0xe0b838, "green": 0x3f8a4a, "blue": 0x2f66a8,
	"purple": 0x6f4a9a, "violet": 0x6f4a9a, "pink": 0xe08aa8, "brown": 0x7a4f2c, "black": 0x26262c,
	"white": 0xece8e0, "grey": 0x82868c, "gray": 0x82868c, "golden": 0xd8a83c, "gold": 0xd8a83c,
	"silver": 0xb8c0c8, "turquoise": 0x3aa8a0, "crimson": 0x9a1f2c, "brass": 0xc09a3c, "iron": 0x50545a,
}

var countWords = map[string]int{
	"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "several": 3, "many": 5, "few": 3,
	"pair": 2, "group": 4, "row": 4, "crowd": 6, "herd": 4, "flock": 5, "couple": 2,
}

// The people that words name.
var personWords = map[string]Person{
	"man": {}, "men": {Count: 3}, "person": {}, "people": {Count: 3}, "figure": {Hooded: true}, "stranger": {Hooded: true},
	"woman": {Woman: true}, "women": {Woman: true, Count: 3}, "lady": {Woman: true}, "mother": {Woman: true},
	"grandmother": {Woman: true, Old: true}, "wife": {Woman: true}, "bride": {Woman: true, Dress: 0xf0ece4}, "girl": {Woman: true, Child: true},
	"boy": {Child: true}, "child": {Child: true}, "children": {Child: true, Count: 3}, "boys": {Child: true, Count: 3},
	"kid": {Child: true}, "kids": {Child: true, Count: 3}, "baby": {Child: true}, "daughter": {Woman: true, Child: true}, "son": {Child: true},
	"father": {}, "grandfather": {Old: true}, "husband": {}, "friend": {}, "friends": {Count: 2}, "couple": {Count: 2},
	"family": {Count: 3}, "crowd": {Count: 6}, "traveler": {}, "traveller": {}, "wanderer": {Hooded: true}, "farmer": {Hat: true},
	"inspector": {Hat: true}, "detective": {Hat: true}, "fisherman": {Hat: true}, "fishermen": {Hat: true, Count: 2}, "sailor": {}, "sailors": {Count: 3},
	"captain": {Hat: true}, "admiral": {Hat: true}, "policeman": {Hat: true}, "guard": {Hat: true}, "driver": {}, "soldier": {}, "soldiers": {Count: 4},
	"king": {Crown: true}, "queen": {Crown: true, Woman: true}, "prince": {Crown: true}, "princess": {Crown: true, Woman: true}, "emperor": {Crown: true},
	"knight": {Dress: 0x8e949c}, "wizard": {Hooded: true, Old: true}, "witch": {Hat: true, Woman: true}, "monk": {Hooded: true}, "philosopher": {Old: true, Hooded: true},
	"keeper": {}, "baker": {}, "carpenter": {}, "carpenters": {Count: 2}, "teacher": {Woman: true}, "student": {}, "students": {Count: 3}, "engineer": {},
	"clockmaker": {Old: true}, "watchmaker": {Old: true}, "maker": {}, "painter": {Hat: true}, "writer": {}, "poet": {}, "scientist": {},
	"villagers": {Count: 4}, "prisoners": {Count: 4}, "businessman": {}, "swimmer": {}, "runner": {}, "dancer": {Woman: true}, "hero": {}, "shepherd": {Hat: true},
	"ghost": {Hooded: true, Dress: 0xd8e0ea}, "giver": {}, "learner": {Woman: true}, "tenant": {}, "visitors": {Count: 3}, "bearer": {}, "workers": {Count: 3}, "worker": {},
	"he": {}, "she": {Woman: true}, "someone": {}, "somebody": {}, "musician": {}, "singer": {Woman: true}, "doctor": {}, "nurse": {Woman: true}, "thief": {Hooded: true},
}

var poseWords = map[string]Pose{
	"walking": Walking, "walks": Walking, "running": Running, "runs": Running, "sitting": Sitting, "sits": Sitting, "seated": Sitting,
	"kneeling": Kneeling, "bending": Kneeling, "reading": Reading, "writing": Reading, "looking": Standing, "holding": Reaching, "pointing": Reaching,
	"reaching": Reaching, "cheering": Raising, "waving": Raising, "dancing": Raising, "climbing": Raising, "jumping": Raising, "hammering": Reaching,
	"talking": Standing, "standing": Standing, "rowing": Sitting, "resting": Sitting, "arguing": Reaching, "mending": Sitting, "laughing": Raising,
	"carrying": Carrying, "lifting": Raising, "steering": Reaching, "asleep": Sitting, "awake": Sitting, "drawing": Sitting, "painting": Reaching, "praying": Kneeling,
}
