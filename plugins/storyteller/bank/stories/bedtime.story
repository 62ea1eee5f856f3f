topic bedtime

story little-boat
title The Little Boat Who Feared the Dark
mood calm
about A small red boat is afraid of the night, until the moon shows it what the dark is for. A soft story for tired eyes. #bedtime #bedtimestory #sleep #kids #moon
name BOAT Pip | Dot | Tilly | Milo

wide | small red boat in a quiet harbor village, sunset, calm sea, pink clouds
  Once there was a little red boat named {BOAT}, and {BOAT} was afraid of the dark.
medium | fishing boats tied to a wooden pier at dusk, calm water, first star
  Every evening, when the sun slid into the sea, the big boats fell asleep. The little one stayed awake.
long close | a rope tied around an old wooden post, gentle ripples, dusk, soft light
  It held on to its rope. It listened to the water, which said hush, hush, all along the harbor wall.
long medium | an old lighthouse with a warm lamp above a calm sea, early night, blue sky
  The lighthouse blinked slowly, like somebody who is nearly asleep and does not want to be.
close | a loose rope floating on dark water, moonlight, calm sea
  One night the rope came loose. Softly, softly, the little boat drifted out of the harbor.
wide | tiny boat alone on a wide dark sea, night, small waves
  Out there it was darker than dark. {BOAT} closed both eyes and wished for a lamp.
long medium | a whale's back rising from a calm sea beside a small boat, night, soft moonlight
  A whale came up to breathe, slow and warm and kind. Open your eyes, it said, or you will miss it.
medium | large round moon rising above the sea, silver path on the water, night
  Then the moon came up and laid a silver road across the water. Look up, said the moon.
wide | sky full of stars above a calm sea with a small red boat, night, milky way
  And there were the stars. Hundreds, and thousands, and more than anyone could count before falling asleep.
long aerial | small boat floating among the reflections of stars, dark blue sea, night
  They were above the boat, and they were below it too, floating in the water like tiny lanterns.
long close | a single bright star reflected in still water, deep blue night
  Are you here every night, asked the little boat. Every night, said the stars. But only the dark can show us.
close | small red boat rocking in a silver path of moonlight, calm sea
  They had always been there. They had only been waiting for the dark, so that they could shine.
long wide | gentle waves pushing a little boat toward a sleeping village, moonlight, night
  The tide turned over in its bed. It took the boat in its arms and carried it home.
wide | harbor village asleep under the moon, small red boat by the pier, warm windows, night
  The tide carried the little boat home. Since then it is the last to close its eyes. Good night, stars, good night.

story cat-of-sounds
title The Cat Who Collected Quiet Sounds
mood calm
about A grey cat walks through the sleeping village and gathers its softest sounds for a child who cannot sleep. Close your eyes and listen. #bedtime #cat #sleep #bedtimestory
name CAT Button | Thistle | Pepper | Mouse
name CHILD Anna | Lily | Ben | Sam
looks CHILD a small child with brown hair in striped pajamas

medium | {CHILD} awake in a bed beside a window, moon, blue night, warm blanket
  {CHILD} could not sleep. The house was so quiet that the quiet itself was loud.
close | a grey cat with green eyes on a window sill, moonlight, night
  The grey cat, whose name was {CAT}, thought about this. Then it went out to find something softer than silence.
wide | a sleeping village under the moon, crooked roofs, chimney smoke, a cat on a roof, night
  It walked over the roofs with an empty basket, and it listened.
long medium | a horse asleep in a stable with straw, lantern light, night
  In the stable a horse breathed out, long and warm. The cat caught that breath before it touched the straw.
medium | a bakery window on a village street, fresh bread, warm light, before dawn
  From the bakery it took the sound of bread cooling, which is a very small crackle, like a happy fire.
long close | a stone bridge over a small stream, moonlight on the water, willow tree
  Under the bridge it took the stream, talking in its sleep. Only a spoonful, so that the fish would not notice.
medium | a forest edge with tall pine trees and soft wind, moon, night mist
  From the forest it took the wind, just the end of it, the part that says hush.
long wide | an owl on a branch of an old oak tree, big moon, night, thin clouds
  The owl gave one feather's worth of flying, which makes no sound at all, and is very hard to carry.
long medium | snow falling on a garden with a wooden gate and a lantern, night, soft light
  Near the garden gate it began to snow, and the cat took that as well. Snow is the quietest thing there is.
long close | an old woman knitting beside a fireplace, room with window, night, warm light
  Behind one lit window, an old woman was knitting. Click, click, click. The cat took six clicks, and thanked her.
close | a woven basket glowing softly on a stone wall, moonlight, night
  When the basket was full, it weighed no more than a yawn.
wide | a grey cat walking along a garden wall toward a house with one lit window, moon, night
  The cat walked home through the garden, and it did not spill a single sound.
long medium | an open window with white curtains moving in a soft breeze, moonlight, bedroom
  It came in by the window. It shook out the basket over the blanket, slowly, corner by corner.
close | {CHILD} asleep with a grey cat curled up on the blanket, moonlight, bedroom
  Then it lay down on {CHILD}'s feet, and added the last sound of all. It purred. And everybody slept.
