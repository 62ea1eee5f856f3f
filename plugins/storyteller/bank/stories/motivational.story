topic motivational

story road-through-the-hill
title The Man Who Cut a Road Through a Hill
mood epic
about With a hammer, a chisel and twenty-two years, Dashrath Manjhi cut a road through a hill. They laughed until it was done. A true story. #motivation #truestory #neverquit

wide | rocky hill above a small Indian village, dry fields, hot sun, morning
  Between his village and the doctor stood a hill. So one man decided that the hill had to go.
medium | a thin Indian man in a white cloth with a hammer before a rock wall, morning sun
  His name was Dashrath Manjhi. He was a poor laborer in Bihar, in India, and he owned a few goats.
close | an old hammer and a chisel lying on a rock, hot sunlight
  He sold the goats. He bought a hammer, a chisel, and a crowbar.
long medium | a woman carrying a water pot on a stony mountain path, hot sun, dust
  It began with his wife. She had been hurt while crossing that hill, and the hospital was a long way around.
long wide | a long dusty road winding around a rocky hill, dry land, noon heat
  On the map the town was near. On foot, around the rock, it was farther than a sick person can go.
wide | villagers laughing in the shade of a tree, village square, hot afternoon
  He started in nineteen sixty. People laughed. Everyone could see that he had lost his mind.
long close | small chips of stone falling in bright sunlight, dust in the air
  On the first day, he took out a handful of stones. On the second day, another handful.
long medium | a man hammering at a rock wall by lantern light, night, stars
  He worked before he plowed other men's fields, and he worked again after, when the rock was still hot.
medium | a man with grey hair hammering a narrow gap into a rock wall, sunset, dust
  Ten years passed. The crack in the hill was there for everyone to see, and the laughing grew quiet.
long wide | villagers bringing bread and water to a man in a rocky gap, morning, soft light
  Some brought him food. Somebody bought him a new chisel. A few came only to watch, and stayed to carry stones.
wide | a clean passage cut straight through a rocky hill, two walls of stone, bright sky
  In nineteen eighty-two, after twenty-two years, he broke through. The road was more than a hundred meters long.
medium | children walking with school bags through a passage between rock walls, sunny morning
  A journey of fifty-five kilometers had become one of fifteen. Children walk to school on it.
long close | the smiling face of an old Indian man with white hair, evening light, rock wall behind
  He had no machine, no money, and hardly any help. He had the next stroke of the hammer, and the one after that.
aerial | road through a hill seen from above, tiny people walking, green fields, golden evening light
  You do not have to move the mountain today. You only have to hit it once, and come back tomorrow.

story last-light-on
title The Last Window Still Lit
mood upbeat
about Nobody claps for the hours after work. This is for everyone whose window is the last one lit on the street. Keep going tonight. #motivation #discipline #nevergiveup #shorts
name LEARNER Maya | Elena | Sara | Julia
looks LEARNER a woman of thirty with curly dark hair and a green sweater

wide | dark city street at night with apartment houses, one single lit window, rain
  It is eleven at night, and on the whole street, one window is still lit.
medium | {LEARNER} at a kitchen table with books and a lamp, night, rain on the window
  Behind it sits {LEARNER}. Eight hours of work are behind her, and one page of a difficult book is in front.
long close | a pair of worn work shoes beside a door, evening, lamp light
  Her feet hurt. The dishes are waiting. The book does not care about either.
close | an open book with notes and a cup of tea, lamp light, night
  She has read this page three times. She understands about half of it. Last week she understood nothing.
long medium | {LEARNER} resting her head on her hand at a table, clock on the wall, night
  Somewhere a clever voice says, you are too late. It has said so for years, and it has never once turned a page.
wide | city skyline at night from a rooftop, thousands of dark windows, stars
  Nobody sees this hour. There is no medal for it, no music, no crowd.
long medium | a sleeping cat on a stack of books beside a lamp, room with window, night
  Only the cat is watching, and the cat has fallen asleep.
medium | a seed sprouting in dark earth, single ray of light, close to the ground
  But this is how everything big begins. Like a seed, it does its hardest work in the dark.
long wide | a young tree on a hill in wind and rain, grey morning
  First the root, which nobody praises. Then a stem so thin that any wind could end it.
long close | a hand writing the last line in a worn notebook, lamp light
  Page by page, her notebook fills. One year is only a lot of evenings, and she has learned to count them.
close | {LEARNER} closing a book and smiling, lamp, night
  At midnight {LEARNER} closes the book. One page. It does not look like much.
long medium | woman walking on a city street at dawn with a bag, wet pavement, first sunlight
  Morning comes, with the bus, and the work, and the worn shoes. And then the evening, and the next page.
medium | woman walking into a bright modern hall through a glass door, morning sun
  One day a door will open, and people will call it luck. She will only smile.
wide | city street at night with one lit window, stars above the roofs, warm glow
  If your window is the last one lit tonight, this is for you. Turn the page.
