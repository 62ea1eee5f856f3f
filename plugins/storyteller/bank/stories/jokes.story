topic long form jokes

story mayor-cat
title The Cat Who Became Mayor
mood playful
about A village hires a cat to guard the cheese. Three years later it is running the town, and an inspector arrives from the capital. #joke #funny #cat #comedy #storytime
name CAT Gustav | Winston | Marmalade | Bruno

wide | small village with a town hall and a market square, sunny morning
  The village of Lower Pickle had a problem with mice, so the council hired a cat named {CAT}.
close | a fat orange cat sitting beside a wheel of cheese in a cellar, lamp light
  His duty was to guard the cheese. Within a week there were no mice. There was also no cheese.
long medium | villagers arguing in a council room with long table, window, afternoon light
  The council met to discuss it. {CAT} came too, lay down on the minutes, and could not be moved.
long close | orange cat asleep on a pile of papers on a desk, warm sunlight
  Since nobody could reach the papers, nothing was decided. It was the shortest meeting in the history of the village.
medium | a fat orange cat on a large chair at the head of a council table, sunlight
  People were delighted. At the next election the cat stood for mayor, or rather, he lay for it. He won.
wide | villagers with flags cheering in front of a town hall, an orange cat on the balcony, sunny day
  He ran on a simple promise, which was nothing. And he kept it, every single day.
long medium | a businessman holding a suitcase before an orange cat in an office, window, daylight
  A rich man tried to bribe him with a fish. The mayor ate the fish and forgot the man. Corruption ended overnight.
long close | orange cat pushing a cup off a desk, office with window, daylight
  A minister sent him a very important letter. The mayor pushed it off the table, slowly, while looking at the postman.
medium | a thin inspector in a black coat with a briefcase on a village road, cloudy day
  After three years, an inspector came from the capital. Something here, she said, cannot be right.
medium | inspector with glasses interviewing an old farmer in a village street, market stalls, noon
  She questioned a farmer. Does your mayor sleep all day, and ignore the public? He does, said the farmer proudly.
long close | a worried baker with a white hat in a bakery, bread, warm light
  Does he break things, and then look at you as if it were your fault? The baker nodded. Every day, he said.
long wide | inspector walking alone through a tidy village street with flowers, evening sun
  She walked about the town. The roads were mended, and the taxes were low. Nobody had made a speech since spring.
close | inspector writing in a notebook at a desk with an orange cat on it, lamp light, evening
  The inspector closed her book, and she looked at {CAT} for a very long time.
wide | grand parliament building with columns in a big city, a small orange cat on the stairs, morning
  Then she wrote her report, and it had one line. Fully qualified. Send him to parliament at once.

story dragon-forms
title The Knight, the Dragon and Form Twelve
mood playful
about A knight comes to slay the dragon and is asked if he has an appointment. What follows is worse than fire. A tale for all who wait in line. #joke #funny #dragon #comedy
name KNIGHT Roland | Percival | Albert | Gerald
looks KNIGHT a tall young knight with blond hair and dented silver armor

wide | {KNIGHT} on a horse below a mountain cave with smoke, valley, stormy sky
  Brave Sir {KNIGHT} rode nine days to slay the dragon of the black mountain.
medium | {KNIGHT} with raised sword at the entrance of a dark cave, torch light
  At the cave {KNIGHT} drew his sword and roared, come out and fight!
close | a large green dragon with reading glasses in a cave, candle light
  The dragon put on her glasses. Certainly, she said. Do you have an appointment?
long medium | {KNIGHT} standing puzzled before a dragon's desk in a cave, lanterns
  {KNIGHT} did not have an appointment. Nobody in the songs ever had an appointment.
medium | a heap of papers and stamps on a stone table in a cave, lantern light
  No trouble at all, said the dragon. Just fill in form twelve. You get it from the wizard in the tower.
wide | tall wizard tower on a green hill, small knight walking on a road, morning mist
  The wizard gave him form twelve, but it needed a stamp from the witch in the swamp.
long wide | foggy swamp with a crooked hut on stilts, green light, dusk
  The witch had the stamp, but she was only open on Thursdays. It was Friday. He waited in the swamp for six days.
long close | a frog sitting on a rusty helmet in a swamp, rain
  A frog moved into his helmet. They became friends. In the end it was the frog who reminded him it was Thursday.
long medium | a troll with a cash box under a stone bridge, river, afternoon light
  For the stamp there was a fee, to be paid to the troll under the bridge. The troll took exact change only.
close | {KNIGHT} with a long beard holding a crumpled paper, rain, tired face
  A year later he came back, with a beard, a cough, and form twelve. Stamped, signed, in three copies.
medium | a dragon behind a desk reading a paper through glasses, cave, candle light
  The dragon read every word. Lovely, she said. But you filled it in with black ink.
long close | a drop of black ink on a paper form, quill pen, candle light
  He looked at the ink. The ink looked at him. Somewhere deep inside the knight, a small trumpet stopped playing.
wide | a knight sitting on the floor of a huge cave full of old swords and helmets, dim light
  The poor man sat down among nine hundred rusty swords. Tell me, he said. Why don't you just breathe fire?
close | smiling dragon with reading glasses, warm candle light, dark cave
  Fire, said the dragon, only ever stopped one knight at a time.
