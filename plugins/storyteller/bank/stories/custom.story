# Frames for a theme of the user's own. They say nothing about the theme that the user did not say:
# no facts, no plot. {THEME} is the theme as it was given.
topic custom topic

story look-twice
title {THEME}
mood calm
about {THEME}
name THEME this
looks THEME a quiet place

wide | {THEME}, wide view
  Some things are worth one quiet minute. This minute is about {THEME}.
medium | a notebook and a cup on a table by a window, evening, warm lamp light
  You will hear no invented facts here, and no borrowed opinions. Only a few questions, and some room to think.
close | {THEME}, close detail
  Close your eyes for a moment and picture {THEME}. What did you see first?
long close | a single drop falling into still water, circles on the surface, soft light
  Not the sensible answer. The first one, the one that came before you had time to choose.
medium | an open wooden door with light falling into a dark room, morning
  Whatever it was, it came from somewhere. From a day you remember, or from a day you are still waiting for.
long wide | a road winding between hills toward the horizon, soft evening light
  There is a road from that day to this one. You have walked every step of it, even the ones you would not take again.
long medium | a wooden box with old letters and photographs on a table, window light
  Most of us keep such things in a box, and tell ourselves that we will open it when there is time.
wide | a person with a lantern on a hill above a wide valley, night, stars
  Now look at the edges of the picture. Who else is standing there, and what would they say if you asked?
long medium | two people talking on a bench under a tree, autumn, golden light
  They may remember it in another way. That does not make one of you wrong. It makes the picture bigger.
long close | a hand wiping fog from a window, rain outside, grey light
  And what is missing? Sometimes the most important thing in a picture is the place that was left empty.
medium | a person stopping on a busy city street and looking up, many people walking past, morning
  Every story begins like this, with somebody who looks twice at what everybody else walks past.
long aerial | a village with many lit windows seen from above, dusk
  Behind each of those windows, somebody has a question like yours. Hardly anybody ever says it aloud.
close | {THEME}, warm glow, soft shadows
  So tell somebody about {THEME}. Not all of it. Only the part that made you choose it.
wide | sunrise over a calm lake, small boat, golden light
  That is where the real story begins. This film only opened the door, and you know what is behind it.

story empty-page
title {THEME}
mood calm
about {THEME}
name THEME this
looks THEME a quiet place

close | an empty page and a pencil on a wooden table, lamp light, night
  Here is an empty page. At the top of it stand only a few words.
wide | {THEME}, wide view
  The words are about {THEME}. Nobody has written the rest yet.
long medium | a tall library with many shelves and a ladder, warm lamp light
  There are libraries full of answers, and some of them are even right. But none of them was written for you.
medium | a person sitting at a desk before a dark window, lamp, rain outside
  It would be easy to fill the page with clever sentences. It is harder to ask what is true, and wait.
long close | an hourglass with falling sand on a shelf, soft light
  So let us wait for a moment. Nothing will be sold to you, and nobody is keeping count.
close | {THEME}, close view, soft light
  Begin with one thing you have seen with your own eyes. With {THEME}, what would that be?
long medium | a child drawing a picture on the floor of a sunny room, window
  A child would begin at once, with whatever is nearest, and would not ask if it was important.
wide | footprints in the sand of a long beach, calm sea, evening light
  Then add one thing that surprised you. Surprise is the footprint that a true story leaves behind.
long wide | two paths parting in a forest, morning mist
  Then one thing you used to believe, and do not believe any more. Be gentle with it. It carried you for a while.
long close | hands holding a small glowing lantern, night, dark background
  And one thing you would keep, if you could keep only one. Hold it up. Look how much it lights.
medium | an old bridge over a river with a person crossing it, fog, morning
  And last, add the question you would still like to have answered. Leave some space below it.
long aerial | a river running through fields to the sea, seen from above, golden light
  You will notice that the page is no longer empty. Nobody helped you. You only stood still for long enough.
medium | {THEME}, golden evening light, hopeful mood
  Now there is a page about {THEME}, and nobody else on Earth could have written it.
wide | an open window with a view over hills at sunrise, papers on the table, wind
  Do not put it away. Read it to somebody before the day is over.
