topic interesting history

story no-summer
title The Year That Had No Summer
mood documentary
about In 1816 summer never came. Snow fell in June, harvests failed, and a bored teenager by a stormy lake wrote Frankenstein. All of it is true. #history #frankenstein #facts

wide | a volcano erupting on a tropical island above the sea, night, red glow, black smoke
  In April of eighteen fifteen, a mountain exploded. It was Tambora, in what is now Indonesia.
medium | grey ash falling on a village with palm trees, dark sky at noon
  Tens of thousands of people died. And a veil of fine dust and sulfur rose into the sky.
long aerial | thin haze spreading over a curved blue horizon, seen from high above the clouds, dawn
  The veil was thin. But it spread around the whole world, and it turned a little sunlight back into space.
long wide | blood red sunset over a river and a city skyline with church towers, hazy sky
  In London people admired strange red sunsets. Nobody knew why the evenings had become so beautiful.
wide | snow falling on a green farm field with a wooden house, grey June morning
  The next year, summer did not come. In June, snow fell on the farms of New England.
medium | a farmer standing in a ruined wheat field, heavy rain, grey sky
  In Europe it rained for weeks. Harvests rotted, bread grew dear, and hungry families took to the roads.
long wide | families with carts walking on a muddy road between bare fields, rain, cold light
  In Germany people spoke of the year of the beggar. Thousands packed what they had and left for ever.
long close | a hand holding a small dark loaf of bread, cold window light, poor kitchen
  Some people stretched their bread with straw and sawdust. Others ate nettles from the roadside.
wide | large villa above a lake with mountains, thunderstorm, lightning, night
  That same wet June, a few young English travelers were trapped indoors, in a villa beside Lake Geneva.
long medium | young people in old fashioned clothes around a fireplace in a dark salon, candles, night
  Lightning walked along the mountains. There was nothing to do but read old German ghost stories aloud.
medium | a young man reading from a book beside a fireplace, candles, rain on the window, night
  Lord Byron, the poet, made a proposal. Each of them should write a ghost story.
close | a young woman with pale face and dark dress awake in a bed, moonlight through shutters, night
  One of them was eighteen, and could not think of one. Then, one sleepless night, she saw it before her.
long close | a quill pen and paper on a desk by a window, candle, storm outside, night
  A student, kneeling beside the thing he had put together. And the thing opened its eyes.
close | an old book on a table beside a burning candle, stormy window, night
  We know her as Mary Shelley. The book was Frankenstein. A mountain had exploded, and a monster was born.

story vasa
title The Warship That Sailed for Twenty Minutes
mood documentary
about She was the pride of a king, with sixty-four guns. Her first voyage ended before she left the harbor. The true story of the Vasa. #history #vasa #ships #sweden #facts

wide | huge wooden warship with tall masts and sails in a harbor, cheering crowd, summer afternoon
  On a summer day in sixteen twenty-eight, all of Stockholm came to watch the mightiest ship in Sweden set sail.
close | carved golden lions on the stern of a wooden warship, sunlight
  She was called Vasa. She carried sixty-four cannons, and hundreds of carved and painted figures.
long medium | a king with a pointed beard looking at a map in a tent, candle light, night
  King Gustavus Adolphus was away at war. He wanted her quickly, and he wanted her heavily armed.
long medium | carpenters building the ribs of a great wooden ship in a shipyard, morning light
  Her builder fell ill and died before she was finished. The work passed to others, and nobody knew quite enough.
medium | sailors running across the deck of a wooden ship in a harbor, evening light
  There had been a warning. Thirty men ran from side to side across the deck, to see how she rolled.
wide | wooden warship leaning steeply in a harbor, frightened sailors, grey clouds
  She rolled so badly that the test was stopped. Otherwise she would have turned over at the quay.
long close | an admiral with a worried face and a large hat, harbor behind, overcast light
  The admiral had seen it with his own eyes. But the king was waiting, and so nobody said stop.
medium | white sails filling on a tall warship, light wind, calm harbor, summer
  So she sailed. A light breeze filled four of her ten sails, and the guns fired a salute.
long wide | warship with smoking cannons passing rocky islands, calm water, afternoon
  Along the shore the people watched her go by, as high as a castle, with all her gun ports open.
wide | warship tilting over on its side near an island, gust of wind, dark clouds, rough water
  Then came a gust. She leaned over, and the water poured in through her open gun ports.
wide | mast tops and flags sticking out of a harbor, small rescue boats, evening light
  She sank within sight of the crowd, after little more than a thousand meters. About thirty people died.
long medium | men in black coats at a long table in a dark room, candles, papers
  There was an inquiry. Was it the dead builder, the captain, the king's own wishes? Nobody was ever punished.
long wide | sunken wooden ship on a dark sea bed, green water, faint rays of light
  She lay in the cold mud for more than three hundred years, in water too brackish for the worm that eats ships.
wide | giant preserved wooden warship inside a dark museum hall, tiny visitors, golden light
  In nineteen sixty-one she was raised, almost whole. The king's worst failure is now the best preserved ship of her age.
