topic philosophy

story ship-of-theseus
title The Ship That Was Never the Same
mood calm
about If every plank of a ship is replaced, is it still the same ship? An old Greek riddle that ends up asking who you are. #philosophy #theseus #identity #thoughts #shorts

wide | ancient Greek wooden ship in a harbor, white houses, morning sun, blue sea
  In the harbor of Athens lay a famous ship. The hero Theseus had come home in it, alive.
medium | carpenters replacing a plank on an old wooden ship, harbor, sunlight
  The people wished to keep it for ever. So when a plank rotted, they put in a new one.
long close | an old worn plank in the hands of a carpenter, sunlight, wood dust
  It was only a plank. Nobody would say that a ship becomes another ship because of one plank.
long wide | ancient Greek ship with new sails and old hull in a harbor, sunset
  Then a mast. Then the oars. Then the ropes that the hero's own hands had tied.
close | fresh bright planks on the hull of a ship, hammer and nails, morning light
  Years went by, and in the end not one piece of the old wood was left.
medium | an old philosopher with a white beard and a grey robe on a stone pier, sea behind, evening
  And the philosophers began to argue. Is this still the ship of Theseus? Or did it leave, one plank at a time?
long medium | two men in robes arguing beside a ship in a harbor, afternoon light
  If you say yes, what is it that stayed? Not the wood. If you say no, on which day did it vanish?
long wide | two identical wooden ships side by side, one old and one new, harbor, fog
  Later somebody made it harder. Suppose a man had kept every old plank, and built them up again. Now there are two.
wide | a heap of old grey planks on a beach, calm sea, dusk, first star
  It sounds like a game about wood. It is not. It is a question about you.
close | an old photograph of a child in a hand, room with window, soft light
  Find a photograph of yourself at five. Almost nothing about that child is here. Not the size, not the voice, not the fears.
long medium | woman looking at her reflection in a window, rain outside, evening
  Your skin has been renewed again and again. Your opinions have been mended. Some of your dreams were thrown into the sea.
medium | an old man and a child walking hand in hand on a beach, sunset
  And yet you say, that is me. You may be less a thing than a story, that keeps on being told.
long close | a hand on the wooden steering wheel of a ship, golden evening light
  Perhaps that is why the Athenians went on mending. They did not keep the wood. They kept the promise.
wide | a lone ship sailing toward the horizon, calm sea, golden evening light
  So be careful which planks you replace today. Somebody else will sail home in them.

story the-cave
title The Prisoner Who Saw the Sun
mood calm
about Plato asked us to imagine people who have only ever seen shadows. Then one of them is set free. What would you do if you came back? #philosophy #plato #cave #wisdom #shorts

wide | dark cave with people sitting in a row before a stone wall with shadows, fire light
  Imagine people who were born in a cave, tied so that they see only one wall.
medium | shadows of animals and trees on a cave wall, flickering fire light
  Behind them burns a fire. Things are carried past it, and their shadows dance upon the stone.
long close | a shadow of a bird on rough stone, orange fire light
  The prisoners give the shadows names. They hold contests. Whoever guesses the next one is called wise.
close | faces of prisoners watching a wall in a cave, orange light, deep shadows
  To them the shadows are not shadows. They are simply the world.
medium | a man standing up in a dark cave, broken ropes, fire behind him
  One day, one of them is set free. He turns around, and the fire hurts his eyes.
long medium | a man shielding his eyes before a fire in a cave, sparks
  He wants to go back to his place at once. The shadows were clear, and this is only pain and brightness.
long wide | a man climbing a steep rocky passage toward a point of light, dark cave
  But something pulls him on, up the long stony passage, toward a small point of white.
wide | a man at the mouth of a cave before a bright valley with trees and a river, morning sun
  He climbs out. For a long time he is blind. Then he sees a reflection in the water, then a tree, and then the stars.
long close | a hand touching the bark of a tree in bright sunlight, green leaves
  He touches a tree. It has another side, and a smell. Nothing on the wall ever had a smell.
medium | bright sun above a green valley, a man with raised arms on a hill
  Last of all he sees the sun, and he understands where every shadow came from.
long medium | a man standing at the entrance of a cave, bright valley behind, dark inside
  He could stay up there. But he thinks of the others, and he goes back down into the dark.
wide | a man stumbling in a dark cave before seated people, fire glow
  Now he cannot see the shadows well. They laugh at him. The journey has ruined your eyes, they say.
long close | angry faces in a cave, fire light, dark shadows
  And if he tried to untie them, says the story, they might well kill him for it.
close | a small bright screen glowing in a dark room, a face lit from below, night
  Plato told this almost two thousand four hundred years ago. He never asked what is on your wall. He asked if you have turned around.
