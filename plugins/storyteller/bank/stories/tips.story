topic life pro tips

story small-minutes
title Small Minutes That Save Your Week
mood upbeat
about The smallest habits save the most time. Simple tricks for keys, mornings, errands and sleep that you can start with today. #lifehacks #lifeprotips #habits #productivity

close | a clock on a kitchen wall beside a window, morning sun, coffee cup
  You do not need more hours. You need to stop losing the small ones. Here is how.
medium | a man washing a single plate in a kitchen, window, morning light
  If a task takes less than two minutes, do it now. Remembering it will cost you more than doing it.
long medium | a tidy desk with an empty letter tray, lamp, evening light
  Answer the short message. Hang up the coat. Small things are light one at a time, and heavy in a pile.
close | keys in a small bowl beside a door, warm lamp light, evening
  Give your keys one home, right beside the door. Things with a home are never lost.
long wide | a person searching under a sofa in a messy living room, morning, window
  Most searching is not bad luck. It is a thing that was put down, instead of put away.
medium | a hand writing a short list in a notebook on a table, lamp, night
  Tonight, write down the three things that matter tomorrow. You may fall asleep faster, and you will wake up aimed.
long close | clothes folded on a chair beside a bed, moonlight through a window
  Lay out your clothes as well. Every choice you make at night is one the morning does not have to make.
wide | a bedroom with a phone charging outside in the corridor, night, soft lamp light
  Let the phone sleep in another room. An alarm clock costs less than the hour you scroll away in bed.
long medium | woman walking through a food market with a paper list and a basket, noon, bright light
  Never shop hungry, and never shop without a list. Both of them are how three cakes get into a basket.
long close | a phone taking a picture of a parking sign in a garage, dim light
  When you park in a strange garage, photograph the sign on the wall. You will never wander there again.
close | a glass of water on a wooden table, morning sun through a window
  Put a glass of water where you can see it. What stands in sight gets done.
long medium | a calendar on a wall beside a window, a hand with a pencil, afternoon light
  Put a little time between two appointments. The day that has no gaps breaks at the first delay.
medium | a man and a woman talking over coffee in a small cafe, window, rain outside
  And when somebody thanks you, just say, with pleasure. It takes one second, and both will feel better.
wide | sunrise over a quiet city with rooftops, golden light, clear sky
  Pick one of these. Only one. A habit is small in the morning, and in a year, it is who you are.

story glad-you-knew
title Tips You Will Be Glad You Knew
mood documentary
about A burning pan, a burned hand, a lost passport. Simple safety tips that fire services and doctors agree on. One day you will be glad. #lifeprotips #safety #lifehacks #tips

wide | kitchen with smoke rising from a stove, window, evening light
  One day, one of these will matter. You will not have time to look it up, so listen now.
close | a frying pan with flames on a stove, a hand with a metal lid, kitchen, dark
  If oil in a pan catches fire, never use water. Turn off the heat, slide a lid over it, and leave it there.
long wide | a family standing in a garden at night looking at a house with smoke, blue light
  If it grows, do not be brave. Get out, close the door behind you, and call the fire service.
medium | a hand under a running tap in a kitchen sink, cool daylight
  Burned your hand? Cool running water, for twenty minutes. No ice, no butter, no toothpaste.
close | a smoke alarm on a ceiling with a small red light, dark room, night
  Press the test button of your smoke alarm once a month. It takes two seconds, and it works while you sleep.
long medium | a family around a kitchen table drawing a house plan, lamp, evening
  Agree on a place outside where everyone meets. In the dark and the noise, that saves the second search.
long close | a sharp knife and a red apple on a wooden board, window light
  Keep your knives sharp. A dull knife needs force, slips off, and finds your finger instead of the onion.
medium | a passport and a phone on a table beside a suitcase, morning light
  Before a journey, photograph your passport. If it gets lost, the copy makes everything easier.
long medium | a traveler with a backpack in a railway station, large clock, morning light
  Give the plan of your trip to one person who stays at home. It weighs nothing, and it can find you.
long close | a small flashlight and spare batteries in an open drawer, dim light
  Keep one flashlight in one fixed place. When the lights go out, your hands should know the way.
wide | a sea beach with strong waves and a swimmer in the water, cloudy day
  Caught in a rip current? Do not fight it. Float, stay calm, and swim along the beach, not against the water.
long medium | a tired driver in a car at night, rain on the window, headlights
  Sleepy at the wheel? Music and open windows do not help for long. Stop somewhere safe, and take a short nap.
close | a phone screen with an emergency contact in a hand, city street, evening
  Store an emergency contact on your phone, where others can see it without your code.
medium | two friends talking on a bench in a park, autumn leaves, evening sun
  You will forget most of this. So tell one of them to somebody today, and you will remember it for ever.
