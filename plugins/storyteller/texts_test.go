package storyteller

// ownTexts are the beginnings of a story in each language: an old man walks into a forest at night,
// it rains, and something is said.
var ownTexts = map[string]string{
	"english":    "At night an old man walked into the forest. It was raining, and Mr. Lee had no umbrella! \"Is anybody there?\" he asked...\n\nNobody answered, and so he went on, step by step, as he had done for all those years.",
	"czech":      "V noci šel starý muž do lesa. Pršelo a p. Novák neměl deštník! „Je tu někdo?“ zeptal se...\n\nNikdo neodpověděl, a tak šel dál, krok za krokem, jako po všechna ta léta.",
	"danish":     "Om natten gik en gammel mand ind i skoven. Det regnede, og hr. Lund havde f.eks. ingen paraply! »Er der nogen?« spurgte han...\n\nIngen svarede, og så gik han videre, skridt for skridt, som han havde gjort i alle de år.",
	"dutch":      "'s Nachts, in de donkere nacht, liep een oude man het bos in. Het regende, en dhr. Smit had geen paraplu! \"Is daar iemand?\" vroeg hij...\n\nNiemand antwoordde, en dus liep hij verder, stap voor stap.",
	"french":     "La nuit, un vieil homme entra dans la forêt. Il pleuvait, et M. Dupont n'avait pas de parapluie ! « Y a-t-il quelqu'un ? » demanda-t-il…\n\nPersonne ne répondit, alors il continua, pas à pas, comme toutes ces années.",
	"german":     "In der Nacht ging ein alter Mann in den Wald. Es regnete, und Hr. Lang hatte z. B. keinen Schirm! „Ist da jemand?“, fragte er...\n\nNiemand antwortete, und so ging er weiter, Schritt für Schritt, wie in all den Jahren.",
	"greek":      "Τη νύχτα ένας γέρος μπήκε στο δάσος. Έβρεχε, και ο κ. Νίκος δεν είχε ομπρέλα! «Είναι κανείς εδώ;» ρώτησε...\n\nΚανείς δεν απάντησε, κι έτσι συνέχισε, βήμα βήμα, όπως όλα αυτά τα χρόνια.",
	"hindi":      "रात को एक बूढ़ा आदमी जंगल में गया। बारिश हो रही थी, और उसके पास छाता नहीं था! \"कोई है?\" उसने पूछा।\n\nकिसी ने जवाब नहीं दिया, इसलिए वह कदम दर कदम आगे बढ़ता गया।",
	"indonesian": "Pada malam hari seorang kakek masuk ke hutan. Hujan turun, dan ia tidak membawa payung! \"Ada orang di sana?\" tanyanya...\n\nTidak ada yang menjawab, maka ia berjalan terus, selangkah demi selangkah.",
	"italian":    "Di notte un vecchio entrò nel bosco. Pioveva, e il sig. Rossi non aveva l'ombrello! «C'è qualcuno?» chiese...\n\nNessuno rispose, e così andò avanti, passo dopo passo, come in tutti quegli anni.",
	"chinese":    "夜里，一位老人走进了森林。下着雨，他没有带伞！“有人吗？”他问……\n\n没有人回答，于是他一步一步地继续往前走，就像这些年来一样。",
	"japanese":   "夜、おじいさんが森に入った。雨が降っていたが、傘はなかった！「誰かいるのか？」と彼は尋ねた……\n\n誰も答えなかったので、彼は一歩一歩、長い年月そうしてきたように歩き続けた。",
	"norwegian":  "Om natten gikk en gammel mann inn i skogen. Det regnet, og han hadde ingen paraply! «Er det noen her?» spurte han...\n\nIngen svarte, og så gikk han videre, skritt for skritt, som han hadde gjort i alle de årene.",
	"polish":     "Nocą stary człowiek wszedł do lasu. Padało, a p. Nowak nie miał np. parasola! „Jest tu kto?” zapytał...\n\nNikt nie odpowiedział, więc szedł dalej, krok za krokiem, jak przez wszystkie te lata.",
	"portuguese": "De noite, um velho entrou na floresta. Chovia, e o Sr. Silva não tinha guarda-chuva! \"Está aí alguém?\" perguntou...\n\nNinguém respondeu, e assim ele continuou, passo a passo, como em todos aqueles anos.",
	"russian":    "Ночью старик вошёл в лес. Шёл дождь, а зонта, т.е. крыши над головой, не было! «Есть здесь кто-нибудь?» спросил он...\n\nНикто не ответил, и он пошёл дальше, шаг за шагом, как все эти годы.",
	"spanish":    "De noche, un anciano entró en el bosque. Llovía, ¡y el Sr. López no tenía paraguas! «¿Hay alguien?», preguntó...\n\nNadie contestó, así que siguió adelante, paso a paso, como todos aquellos años.",
	"swedish":    "En natt gick en gammal man in i skogen. Det regnade, och han hade t.ex. inget paraply! \"Är det någon där?\" frågade han...\n\nIngen svarade, och så gick han vidare, steg för steg, som han gjort i alla år.",
	"turkish":    "Gece yaşlı bir adam ormana girdi. Yağmur yağıyordu ve şemsiyesi yoktu! \"Kimse var mı?\" diye sordu...\n\nKimse cevap vermedi, o da bunca yıl yaptığı gibi adım adım yürümeye devam etti.",
	"ukrainian":  "Вночі старий чоловік увійшов до лісу. Йшов дощ, а парасольки, тобто даху, не було! «Є тут хтось?» спитав він...\n\nНіхто не відповів, і він пішов далі, крок за кроком, як усі ці роки.",
}
