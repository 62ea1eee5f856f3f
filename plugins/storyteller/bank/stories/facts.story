topic fun facts

story nature-broke-the-rules
title Nature Never Read the Rules
mood playful
about Three hearts, cube-shaped droppings, a fruit that lies about being a berry. True facts about nature that sound invented. #funfacts #didyouknow #nature #animals

close | octopus with long arms in a blue sea cave, soft light
  An octopus has blue blood and three hearts, and one of them stops beating when it swims.
medium | wombat on a grassy hill in Australia, evening sun
  A wombat's droppings are shaped like cubes. They do not roll away, so they make good signposts.
close | bananas and strawberries on a market stall, morning light
  For a botanist, a banana is a berry. A strawberry is not. It has been lying to you for years.
long wide | pink flamingos standing in a shallow lake, sunrise, mist
  Flamingos are born grey. The pink comes from their food, so a flamingo is, quite literally, what it eats.
long medium | a clay jar of honey in an ancient tomb, torch light, stone walls
  Honey that is sealed well hardly ever spoils. Its traces have been found in tombs that are thousands of years old.
medium | two sea otters floating on their backs in a calm sea, morning light
  Sea otters sometimes hold paws while they sleep, so that they do not drift apart.
long close | butterfly sitting on a red flower in a garden, summer sun
  Butterflies taste with their feet. Imagine knowing the flavor of every floor you walk on.
long wide | group of cows lying in a green meadow under a tree, summer afternoon
  Cows have best friends. In one study, they were calmer when their favorite companion stood beside them.
wide | aspen forest with golden leaves on a mountain slope, autumn, clear sky
  A forest in Utah is one single tree. Its name is Pando, and all its trunks share one root.
close | tiny tardigrade creature with eight legs on green moss, soft light
  Most tardigrades are smaller than a grain of sand. They have survived open space, and they look like sleepy bears.
long medium | a hummingbird hovering before a flower, morning light, green garden
  A hummingbird can fly backward. Most birds would like you to stop asking them about it.
long wide | a blue whale swimming below a small boat, deep blue sea, sun rays
  The tongue of a blue whale can weigh as much as an elephant. Please do not try to compare them at home.
medium | bees flying around a hive in a garden, warm sunlight
  Honeybees dance to tell each other where the flowers are. The steps give the direction and the distance.
wide | night sky full of stars above a forest and a lake, person with a lantern
  And you? Most of the atoms in your body are older than the Earth. You are older than the ground you stand on.

story time-is-strange
title Time Is Stranger Than You Think
mood playful
about Cleopatra is closer to the Moon landing than to the pyramids, and sharks are older than trees. True facts about time that bend the mind. #funfacts #time #history #space

wide | the pyramids in the desert under a large moon, night, stars
  Cleopatra lived closer in time to the Moon landing than to the building of the Great Pyramid.
medium | queen in a white dress looking at old pyramids in the desert, sunset
  When she was born, the pyramids were already about two and a half thousand years old. Even then, they had tourists.
wide | shark swimming in a dark blue sea above rocks, rays of light
  Sharks are older than trees. They were hunting in the sea before the first forest stood on land.
long medium | tyrannosaurus in a misty forest of ferns, morning light
  Tyrannosaurus rex lived closer to us than to Stegosaurus. Between the two dinosaurs lie about eighty million years.
long wide | medieval university town with stone towers, students in robes, morning mist
  People were already teaching in Oxford when the Aztec capital had not yet been founded. It was more than two hundred years away.
close | the planet Venus glowing yellow in dark space, stars
  On Venus, a day is longer than a year. It goes around the Sun faster than it turns around itself.
medium | child looking through a window at the morning sun, warm golden light
  Sunlight takes about eight minutes to reach you. If the Sun went out, you would still have time for tea.
long wide | spiral galaxy in deep space with countless stars, blue and golden light
  The light from the Andromeda galaxy set out two and a half million years ago. You see it as it was before there were people like us.
long close | an old telescope pointing at a starry sky from a rooftop, night
  So looking up is looking back. Every star in the sky is an old letter, only now delivered.
wide | large moon above a calm sea, silver path on the water, night
  The Moon is leaving us, very politely, by almost four centimeters a year.
long medium | dinosaurs beside a lake under a bright sky, prehistoric morning
  As it goes, it slows the Earth. Late in the age of the dinosaurs, a day was about half an hour shorter.
long medium | fossil shells in a rock wall, a hand with a small brush, sunlight
  We know this from fossil shells, which grew one thin line a day. They kept a diary, and nobody asked them to.
close | an old brass clock with open gears, warm lamp light, dark background
  If all of Earth's history were one day, we humans would arrive a few seconds before midnight.
wide | tiny person with a lantern on a hill under a huge starry sky, night
  That is not much. But in those few seconds, somebody noticed all of this, and told you.
