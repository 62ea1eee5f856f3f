topic love

story two-lanterns
title Two Lanterns on the Lake
mood romantic
about Every night two lanterns greet each other across a lake. Then, in a storm, one of them stays dark. A short story about meeting halfway. #love #romance #lovestory #shorts
name WOMAN Elsa | Marta | Alma | Vera
looks WOMAN a young woman with long brown hair and a blue shawl
name MAN Jonas | Peter | Henrik | Lucas
looks MAN a young man with a short beard and a dark green coat

wide | wide lake between mountains at dusk, two tiny lights on opposite shores, mist
  They had never spoken. There were two miles of water between them.
medium | {WOMAN} hanging a lantern on a wooden pier, lake, dusk, mist
  But every evening {WOMAN} hung a lantern on her pier. And every evening, across the lake, another one answered.
close | {MAN} lifting a lantern beside a fishing hut, dark lake, evening stars
  That was {MAN}, who mended nets. He lifted his lantern once for good evening, and twice for sleep well.
long close | a lantern swinging in a hand, lake and mountains behind, blue hour
  In spring they added a sign for rain. In summer, a slow circle, which meant nothing, and which both of them loved.
long wide | autumn lake with golden trees on the shore, two lights at dusk, calm water
  In autumn he built up his courage and bought a second boat cushion. Nobody asked him why.
wide | storm over a dark lake, high waves, black clouds, lightning, night
  Then, one night in November, came a storm. He lifted his lantern, and nobody answered.
long medium | rain on the window of a fishing hut, an empty chair, a lit lantern, night
  He waited for as long as it takes to be sensible. It was not very long.
medium | {MAN} rowing a small boat through high waves, lantern at the bow, night, rain
  {MAN} did not think. He put the lantern in the boat, and he rowed into the dark.
long close | hands on the oars of a small boat, rain and spray, lantern light
  The waves came over the side. The shore behind him vanished, and the shore before him had never looked so far.
long wide | tiny boat on a huge wave, lightning over mountains, night
  He thought of every evening he had lifted a light, instead of an oar.
wide | a faint light between high waves on a dark lake, rain, night
  In the middle of the lake, between two waves, he saw a light. It was coming toward him.
close | {WOMAN} in a rowing boat with a lantern, rain, wet hair, warm light
  It was {WOMAN}, soaked to the skin. My pier is broken, she called. I thought you would worry!
long medium | two rowing boats side by side on a stormy lake, two people holding hands, lantern light
  They tied the two boats together with her shawl, and they held on until the wind grew tired.
wide | two lanterns in one boat on a calm lake, dawn, soft pink mist, mountains
  Since that night both shores are dark. There is one house now, and two lanterns in its window.

story umbrellas
title The Man Who Gave Away Umbrellas
mood romantic
about On every rainy day an old man leaves an umbrella at the bus stop, with a note. He never asks for it back. Then the whole street answers. #love #lovestory #kindness #rain
name GIVER Arthur | Walter | Samuel | Edgar
looks GIVER an old man with a white beard, a grey coat and a brown hat

wide | bus stop on a rainy city street, one black umbrella on the bench, grey morning
  On every rainy day, there is an umbrella on the bench of the bus stop in Mill Street.
close | a paper note tied to the handle of an umbrella, rain drops, soft light
  There is a note tied to its handle. It says, you look cold. Keep it.
long medium | young woman opening a red umbrella at a bus stop, rain, city street, surprised face
  Students have taken one, and nurses, and a bride who was late. Nobody knew who put them there.
medium | {GIVER} walking slowly on a wet city street with umbrellas under his arm, dawn, rain
  It is {GIVER}, who is eighty. He buys them secondhand and mends them at his kitchen table.
long close | old hands mending an umbrella with needle and thread, kitchen table, lamp light
  His fingers are slow now. One umbrella takes an evening, which is fine, because evenings are what he has.
wide | a young couple at a bus stop fifty years ago, heavy rain, old bus, street lamps, evening
  Fifty years ago, on that bench, he lent an umbrella to a girl he did not know.
long close | a young woman laughing under a black umbrella, rain, street lamp light
  I will bring it back tomorrow, she said. And she walked off into the rain without asking his name.
medium | a bride and a groom under one old umbrella, rain, church door, happy light
  She never gave it back. She married him instead, and they shared it for the rest of her life.
long medium | an old couple under an umbrella on a park bench, autumn leaves, soft rain
  They had an agreement. Whoever was angry had to hold it. It is difficult to be angry and keep somebody dry.
close | an old black umbrella leaning in the corner of an empty corridor, grey light
  She died in March. And on the next anniversary it poured, and he had given every umbrella away.
long medium | {GIVER} sitting at a window looking at heavy rain, empty room, grey morning
  {GIVER} put on his good coat all the same. She would not mind if he came wet.
wide | people with many colorful umbrellas waiting on a city street in the rain, morning
  When he opened the door, the street was full of people. Every one of them held an umbrella with a note.
long close | a little girl holding a yellow umbrella with a paper note, rain, smile
  A little girl with a yellow one had found his name out. It had taken her all winter, and the help of two bus drivers.
aerial | colorful umbrellas along a cemetery path seen from above, rain, green trees
  They walked him all the way to her grave, and not a single drop fell on him.
