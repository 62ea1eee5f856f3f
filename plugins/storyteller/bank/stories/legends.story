topic urban legends

story borrowed-coat
title The Girl Who Borrowed a Coat
mood suspense
about A driver lends his coat to a girl on a rainy road. In the morning he goes to fetch it. One of the oldest legends of the road, retold. #urbanlegend #ghoststory #shorts
name DRIVER Daniel | Frank | Robert | Jack
looks DRIVER a young man with dark hair and a white shirt

wide | lonely country road through a forest, heavy rain, night, headlights of an old car
  They tell this story in almost every country that has roads. It always rains in it.
medium | {DRIVER} in an old car, a pale young woman in a white dress beside a dark road, rain, headlights, night
  {DRIVER} was driving home alone, as they all are, when he saw a girl in a white dress beside the road.
close | {DRIVER} putting a dark coat around a pale young woman in an old car, night, rain on the window
  She was shivering. {DRIVER} gave her his coat, and she gave him an address, and after that she did not say a word.
long close | a fogged car window at night with rain drops, faint lights behind
  He noticed that the window beside him was foggy with his breath. The window beside her was clear.
long wide | an old car on a narrow bridge over a dark river, rain, night, moon behind clouds
  At the bridge she turned her head and looked at the water, the way you look at an old friend.
medium | an old house behind an iron gate, single lit window, rain, night
  At the gate she whispered thank you, and ran into the dark. He was home before he missed the coat.
wide | an old house with a garden on a quiet morning, mist, pale sun
  In the morning he drove back and knocked. An old woman opened, and she did not seem surprised.
long medium | old woman in black in a doorway of a house, morning mist, grey light
  You are the fourth, she said. She only does it when it rains. Come in and wipe your feet.
close | framed photograph of a young woman on a piano, dusty room with window, morning light
  On the piano stood a photograph of the girl. My daughter, the woman said. Ten years ago, at the bridge.
long medium | a graveyard on a hill above a village, wet grass, morning fog, bare trees
  He did not believe it. Nobody ever does. So she put on her hat and walked him up the hill.
long close | wet leaves on a gravel path, two pairs of shoes, morning, fog
  They walked between the stones without speaking. The rain had stopped, and every blade of grass was shining.
wide | gravestone in a foggy graveyard with a dark coat folded on it, morning light, old tree
  In the graveyard, over the smallest stone, hung his coat. It was folded as neatly as in a shop.
long medium | an old man telling a story by a campfire, forest, night, faces in firelight
  Folklorists have collected this tale for more than eighty years. The road changes, and the name, and the color of the dress.
close | a dark coat on a gravestone, drops of water, soft morning light
  But the coat is always there. And in every version, it is dry.

story sewer-alligators
title The Alligators Under New York
mood documentary
about Everybody has heard of the alligators in the sewers of New York. Here is what really came out of a manhole, and what became of the legend. #urbanlegend #newyork #facts

wide | city street in New York at night, steam rising from a manhole, wet asphalt, neon light
  Under the streets of New York, they say, live blind white alligators as long as a car.
medium | a small alligator in a glass tank in a child's room, window with city skyline, evening
  The story goes that families brought babies home from Florida, grew tired of them, and flushed them away.
long wide | dark brick sewer tunnel with shallow water and faint light from above, mist
  Down there, in the warm dark, the animals were said to grow fat on rats, and to lose their eyes and their color.
long close | two yellow eyes shining above black water in a tunnel, torch light
  Every sewer worker was supposed to know somebody who knew somebody who had seen the eyes.
close | a heavy iron manhole cover on a snowy city street, winter afternoon
  It would be only a tale, if it were not for one winter day in nineteen thirty-five.
medium | teenage boys with shovels around an open manhole in deep snow, city street, winter, old fashioned clothes
  Some boys in East Harlem were shoveling snow into a manhole, when one of them saw something move.
wide | boys pulling a rope with an alligator out of a manhole, snow, city street, winter dusk
  They made a loop in a clothesline and pulled. Up came an alligator. The New York Times printed the story.
long close | an old newspaper on a cafe table with a cup of coffee, morning light
  Where it came from, nobody could say. The best guess was a ship, passing on the river nearby.
long medium | an engineer with a lamp inspecting a brick tunnel, water, dim light
  One veteran of the sewers swore that he had seen them with his own eyes. And the tale grew, as tales do.
medium | cold city river under a bridge with ice, winter morning, grey light
  Could they live down there? Hardly. Alligators need warmth, and a New York winter would finish them.
long wide | large park with a frozen lake in a city, bare trees, winter, pale sun
  Yet now and then one appears. In two thousand twenty-three, one was lifted out of a lake in a Brooklyn park.
long close | a tired alligator wrapped in a blanket, gentle hands, winter light
  It was cold, weak, and about as long as a small child. Most likely it had been somebody's pet.
close | small bronze sculpture of an alligator crawling from under a manhole, subway station, warm lamp light
  And one alligator stays all year. In a subway station on Fourteenth Street, it crawls out of a bronze manhole.
wide | crowd of people walking past in a subway station corridor, bright lamps, blurred motion
  Thousands hurry past it every day. That is the trick of a good legend. It only has to be true once.
