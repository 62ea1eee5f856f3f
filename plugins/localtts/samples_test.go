package localtts

// samples are a few sentences of every language, with what is hard: numbers, clitics, quotes, dashes.
var samples = map[string]string{
	"english":    "On 12 May 2024, Dr. Smith (a well-known man) paid $12.50 — 20% more — at 12:45. “It's over”, he said… What? The café’s naïve owner didn't know.",
	"czech":      "Starý strážce majáku zapálil 21. března v 12:45 lampu nad mořem. „Kdo je tam?“ zeptal se — a nikdo neodpověděl.",
	"danish":     "Den gamle fyrpasser tændte lampen kl. 12:45, og så gik han hjem. „Hvem er der?“ spurgte han – ingen svarede.",
	"dutch":      "De oude vuurtorenwachter stak om 12:45 's avonds de lamp aan. „Wie is daar?” vroeg hij – niemand antwoordde in 1984.",
	"french":     "L'homme s'est levé à 12:45 ; il n'y avait qu'une lampe. « Qui est là ? » demanda-t-il — et personne ne répondit en 1984.",
	"german":     "Am 3. Oktober 1990 zündete der alte Leuchtturmwärter um 12:45 die Lampe an. „Wer ist da?“, fragte er – z. B. den Wind.",
	"greek":      "Ο γέρος φαροφύλακας άναψε τη λάμπα στις 12:45. «Ποιος είναι εκεί;» ρώτησε — κανείς δεν απάντησε το 1984.",
	"hindi":      "बूढ़े रखवाले ने 12:45 पर दीपक जलाया। “कौन है?” उसने पूछा — किसी ने 1984 में उत्तर नहीं दिया।",
	"indonesian": "Penjaga mercusuar tua itu menyalakan lampu pada pukul 12:45. “Siapa di sana?” tanyanya — tak seorang pun menjawab tahun 1984.",
	"italian":    "L'anziano guardiano accese la lampada alle 12:45 dell'ultima sera. «Chi c'è?» chiese — e nessuno rispose nel 1984.",
	"chinese":    "2024年5月12日，老人在银行工作。他说：“你好！”孩子长大了，3.5%的人用2个iPhone，不是在12:45。",
	"japanese":   "2024年5月12日、老人は灯台で12:45にランプをつけました。「誰ですか？」と3人が聞いた。コーヒーを飲む。",
	"norwegian":  "Den gamle fyrvokteren tente lampen kl. 12:45, og så gikk han hjem. «Hvem er der?» spurte han – ingen svarte i 1984.",
	"polish":     "Stary latarnik zapalił lampę o 12:45 nad morzem. „Kto tam?” zapytał — i nikt nie odpowiedział w 1984 r. zimą.",
	"portuguese": "O velho faroleiro acendeu a lâmpada às 12:45 da noite. “Quem está aí?” perguntou-lhe — e ninguém respondeu em 1984.",
	"russian":    "Старый смотритель зажёг лампу в 12:45 над морем. «Кто там?» — спросил он, и никто не ответил в 1984 г. зимой.",
	"spanish":    "El viejo farero encendió la lámpara a las 12:45 de la noche. «¿Quién está ahí?», preguntó — y nadie respondió en 1984.",
	"swedish":    "Den gamle fyrvaktaren tände lampan kl. 12:45 och gick hem. ”Vem är där?” frågade han – ingen svarade 1984.",
	"turkish":    "Yaşlı fener bekçisi saat 12:45'te lambayı yaktı. “Kim var orada?” diye sordu — 1984'te kimse cevap vermedi.",
	"ukrainian":  "Старий доглядач запалив лампу о 12:45 над морем. «Хто там?» — запитав він, і ніхто не відповів у 1984 р. взимку.",
}
