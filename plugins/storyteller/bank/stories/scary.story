topic scary

story crow-point
title The Lamp at Crow Point
mood suspense
about A lighthouse empty for eleven years starts to shine again. The logbook upstairs already knows who is coming. Do not read the last line. #scary #horror #lighthouse #shorts
name KEEPER Mara | Edith | Nora | Clara
looks KEEPER a woman of thirty with short black hair and a yellow raincoat

wide | old stone lighthouse on a black cliff above a stormy sea, glowing lamp, night, moon behind torn clouds
  For eleven years nobody had lived in the lighthouse at Crow Point. Last night, its lamp was burning.
medium | {KEEPER} in a small rowing boat on a dark sea, dusk, fog, cold grey light
  {KEEPER} crossed in a small boat to switch it off. Nobody else would go.
long medium | three fishermen with lanterns on a wooden pier in a harbor village, dusk, fog
  The fishermen watched her from the pier. One of them took off his cap, the way you do at a funeral.
long wide | beam of light from a lighthouse falling on a tiny boat, black sea, night, rain
  Halfway across, the beam swung around and stopped on her boat. A lighthouse beam should never stop.
long medium | dusty spiral stairs inside a stone tower, footprints on the steps, lantern light, night
  Inside, the stairs were thick with dust. One line of footprints went up, and none came down.
medium | small round room with window in a lighthouse, table with kettle and open book, night, warm lamp light
  At the top she found a warm lamp, a full kettle, and an open logbook on the table.
close | open old book with handwriting on a wooden table, candle light, night, deep shadows
  The last entry was in her own handwriting. It said, she has arrived, and she has read this far.
long close | {KEEPER} bending over an old book, candle, dark room, rain on the window
  {KEEPER} turned back a page. Every entry was hers. The rain, the boat, the cap in the old man's hand.
long close | wet ink shining on a page, an old pen, lamp light, black background
  A new line appeared while she looked, the ink still wet. It said, now she hears the door.
wide | looking down a dark spiral staircase, an iron door far below, long shadow on the wall, night
  Far below, the iron door swung shut. Slow, wet footsteps began to climb the stairs.
close | a trembling hand with a pen above a book, lamp light, night, rain on glass
  She did the only thing she could think of. She took the pen and wrote, the footsteps stop.
medium | {KEEPER} sitting at a table in a lamp-lit tower room, window with stormy sea, night
  And they stopped. {KEEPER} almost laughed. If the book obeyed her, she could write any ending she liked.
long wide | calm sea around a lighthouse on a cliff, first pale light of dawn, clearing clouds
  She wrote that the storm was over, and the wind fell. She wrote that morning was near, and the sky turned pale.
close | a pen standing upright on an open book, a tall dark shadow on the wall behind, candle light
  Then the pen moved by itself. It wrote, she should not have stopped them right behind her.

story seven-photographs
title Seven Photographs of My Corridor
mood suspense
about Every morning a photograph waits on his doormat. Each one was taken inside his home, and each one is a step closer to his bed. #scary #creepy #horrorstory #shorts
name TENANT Paul | Victor | Adam | Simon
looks TENANT a tired man of forty with brown hair and a grey sweater

close | a square photograph on a doormat in front of a wooden door, morning, pale light
  The first photograph came on a Monday. It lay on the doormat, still curling, still smelling of chemicals.
medium | {TENANT} at one end of a narrow dark corridor with closed doors, morning light from a window
  It showed the corridor of {TENANT}'s own apartment, at night, seen from just inside the front door. {TENANT} lived alone.
wide | the same corridor at night seen from further inside, coat on a hook, moonlight, deep shadows
  On Tuesday there was another. The same corridor, but one step further in.
long medium | {TENANT} kneeling at a front door with a screwdriver, new brass lock, evening, warm lamp light
  {TENANT} changed the locks. He pushed a chest against the door, and he laughed at himself, a little too loudly.
long close | a photograph of a wooden chest standing against a door, night, camera flash
  On Wednesday the photograph showed the chest, from behind. It had been taken from inside the apartment, while he slept.
long wide | a policeman with a torch in a small living room, window with city street, evening, rain
  The police searched every cupboard. They found nothing but dust, and one small square of floor where there was no dust at all.
close | a bedroom door half open at the end of a dark corridor, thin line of light, night
  By Friday the camera had reached his bedroom door. In that picture, the door was open.
medium | a man asleep in a bed seen from above, blue moonlight from a window, night
  Saturday's photograph was of his face, asleep, so close that he could count his own eyelashes.
long close | {TENANT} holding seven photographs like playing cards at a kitchen table, lamp light, night
  {TENANT} laid them in a row. One step each night. Tomorrow there would be no distance left.
long wide | apartment house on an empty city street, one lit window, midnight, rain, street lamp
  He could have gone to a hotel. But somebody has to see who it is, he thought, and it may as well be me.
medium | {TENANT} sitting upright on a bed with every lamp lit, chair against the door, midnight
  So on the seventh night {TENANT} stayed awake, every lamp burning, a chair against the door.
long close | an old clock on a bedroom wall, three o'clock, lamp light, shadows
  One o'clock, then three. Nothing in the corridor moved. Nothing breathed but him.
wide | sunrise through a bedroom window, empty floor, golden morning light
  Morning came, and there was no photograph on the mat. He had won. He lay down and closed his eyes.
close | the dark gap under a bed, a single glint of a camera lens, dim morning light
  And under the bed, very slowly, somebody began to wind the film.
