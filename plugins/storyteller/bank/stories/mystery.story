topic mystery

story ten-past-four
title The Clock That Stopped at Ten Past Four
mood suspense
about Once a year the village clock stops at the very same minute, and nobody can say why. A young clockmaker climbs the tower to catch the hand. #mystery #story #clock #shorts
name MAKER Ida | Lena | Rosa | Greta
looks MAKER a young woman with red braids and a brown leather apron
name BAKER Otto | Emil | Hugo
looks BAKER an old man with a white moustache and a flour-dusted coat

wide | village square with a tall clock tower, autumn morning, mist, pale sun
  Every year, on the same November day, the village clock stops at ten past four.
medium | gears and wheels of a large tower clock, dusty light from a small window, afternoon
  Three clockmakers had taken it apart. Every wheel was perfect. The third of them was an old man named Jakob.
long medium | an old man mending a watch at a workbench, lamp, room with window, snow outside
  Jakob died with a note on his workbench. Not how, it said. Who.
medium | {MAKER} climbing a wooden ladder inside a clock tower with a lantern, afternoon, dusty light
  His granddaughter {MAKER} did what nobody had tried. She climbed up at noon, and she hid.
long close | pigeons on a wooden beam in a tower, thin rays of light, afternoon
  Above her the pigeons shifted and settled. Below her the market closed, stall by stall, and the square went quiet.
long close | a great iron pendulum swinging in the dark of a tower, lantern light
  The pendulum swung past like a slow breath. Three o'clock, half past three, four.
wide | {BAKER} with a lantern coming through a trapdoor in the floor of a clock tower, evening light
  At nine minutes past four, the trapdoor opened. It was {BAKER}, the baker, who was afraid of heights.
close | {BAKER} holding back a clock hand with both hands, golden evening light, dust
  He laid both hands on the great wheel and held it still. Then he began to cry.
long medium | {BAKER} sitting on a wooden step in a tower, lantern on the floor, evening
  She could have stayed hidden. Instead she sat down beside {BAKER} on the cold step, and waited until he could speak.
medium | a railway station platform in winter, a girl waving from a steam train, long ago, snow
  Fifty years ago, he said, his daughter's train left at eleven minutes past four. It never arrived.
long wide | railway bridge across a deep valley with a river, winter, heavy snow, grey light
  The bridge was down, and the snow was deep, and nobody rang to warn the driver.
long close | a small silver watch in an old hand, warm lantern light, dark background
  So once a year he gave her one more minute. One minute in which she was still standing on the platform, waving.
close | {MAKER} holding a small screwdriver before big clock wheels, lantern light, dusk
  {MAKER} could have mended the clock that evening. One small lock on the door, and it would never stop again.
wide | clock tower above village roofs at dusk, one warm light high in the tower, first stars
  She built a handrail instead. And every November, when the clock stops, there are two lanterns in the tower.

story lit-window
title The Painting With One More Window
mood suspense
about A night guard notices that an old painting changes. Each night one more window is lit. Nobody believes him, so he stays to watch. #mystery #art #museum #storytime #shorts
name GUARD Leon | Martin | Felix | Anton
looks GUARD a stout man of fifty with grey hair and a dark blue uniform

medium | {GUARD} with a torch in a long museum corridor of paintings, night, moonlight
  {GUARD} had guarded the museum for nineteen years. On a Tuesday night, a painting switched on a light.
wide | a framed painting of a dark village in snow at night, one lit window, museum wall
  It was a village in snow, every window dark. Now, in the smallest house, one window was yellow.
long medium | a museum director in a suit looking at a painting through glasses, morning light, large room
  The director looked at it for a long time. It has always been so, she said. Have you been sleeping well?
long close | a notebook with small drawings of windows, pencil, torch light, night
  He bought a notebook. He counted the windows of that painting the way other people count sheep.
close | painted houses in snow with five yellow windows, brush strokes, soft light
  On Wednesday there were two. By Sunday there were five. No alarm rang, and no camera saw a thing.
long wide | a wall of small screens showing empty museum rooms, dark room, blue light
  The camera had one blind spot, just wide enough for a person who knew the building very well.
medium | {GUARD} hiding behind a marble statue in a museum room, night, moonlight from a window
  So {GUARD} switched off his torch, sat down behind a marble lion, and waited.
medium | an old woman with a bucket and a broom walking through a museum corridor, night, soft light
  At two in the morning came the cleaning lady, older than anybody remembered hiring. She put down her bucket.
close | an old hand with a thin paintbrush touching a painted window, lantern light
  From her apron she took a brush as thin as a needle, and she lit another window.
long close | a small faded photograph of a painter and a little girl in a studio, warm light
  My father painted it, she said without turning around. He promised to put the lights in when the war was over.
long wide | an empty painter's studio with easel and window, snow falling outside, grey morning
  He did not come back to finish it. So I learned to paint. It took me sixty years to be good enough.
long medium | {GUARD} and an old woman standing side by side before a painting, night, lantern light
  {GUARD} knew the rules. He had his hand on the radio. He looked at all those warm little windows.
medium | an old woman smiling in a dark museum room, lantern in her hand, warm light
  There was one house left, at the edge of the forest. Next night, she said, that one is for you.
close | a tiny painted man with a lantern in a lit window of a snowy house, warm yellow light
  He never reported it. But look closely at the last window. A man with a torch is standing guard.
