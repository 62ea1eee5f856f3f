package screenplay

import "strings"

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[lower(strings.ReplaceAll(w, "_", " "))] = true
	}
	return m
}

// lower writes in small letters, and Greek's final sigma as the other one, which its capital becomes.
func lower(text string) string { return strings.ReplaceAll(strings.ToLower(text), "ς", "σ") }

// All words are in lower case; _ stands for a space.
var (
	// narrators are the names under which scripts have the narrator.
	narrators = set(`narrator narration voice-over voiceover voice_over v.o. vo off vypravěč vypravěčka fortæller fortelleren fortælleren verteller
		narrateur narratrice voix_off erzähler erzählerin αφηγητής αφηγητης αφηγήτρια αφηγητρια कथावाचक सूत्रधार वाचक narasi pencerita narratore narratrice voce_narrante
		旁白 叙述者 解说 ナレーター ナレーション 語り 語り手 forteller narratorka lektor narrador narradora locutor рассказчик ведущий диктор berättare berättaren
		speaker anlatıcı dış_ses оповідач диктор_за_кадром закадровый_голос голос_за_кадром`)

	// titles introduce a title.
	titles = set(`title titel titre título titolo název titul tytuł название заголовок назва τίτλος başlık judul शीर्षक 标题 題名 タイトル tittel`)

	// labels are words before a colon that are nobody's names.
	labels = set(`note notes warning caution remember tip tips hint attention important example chapter part title ps p.s. question answer result
		results summary conclusion moral source date time place today yesterday tomorrow first second third finally once fact myth step lesson
		hinweis achtung wichtig merke beispiel kapitel teil fazit tipp ergebnis quelle datum zeit ort frage antwort anmerkung
		exemple chapitre partie titre conseil astuce résultat remarque lieu réponse nota atención aviso importante ejemplo capítulo
		parte título consejo resultado recuerda fecha lugar pregunta respuesta attenzione esempio capitolo titolo consiglio risultato ricorda
		luogo domanda risposta atenção exemplo dica lembre local pergunta resposta opmerking belangrijk voorbeeld hoofdstuk deel titel
		resultaat waarschuwing vraag antwoord let_op bemærk vigtigt viktig eksempel kapittel del tittel resultat advarsel spørgsmål svar merk obs
		viktigt exempel varning fråga poznámka pozor důležité příklad kapitola část název výsledek otázka odpověď uwaga ważne przykład rozdział
		część tytuł wynik wskazówka pytanie odpowiedź внимание важно пример глава часть название итог совет примечание помните вопрос ответ
		увага важливо приклад розділ частина назва порада примітка питання відповідь σημείωση προσοχή σημαντικό παράδειγμα κεφάλαιο μέρος
		τίτλος ερώτηση απάντηση not dikkat önemli örnek bölüm kısım başlık sonuç ipucu soru cevap catatan perhatian penting contoh bab bagian
		judul hasil नोट ध्यान महत्वपूर्ण उदाहरण अध्याय भाग शीर्षक प्रश्न उत्तर 注意 例如 提示 备注 结论 结果 标题 重要 时间 地点 问题 回答 比如 例 例えば
		メモ 結論 結果 題名 タイトル 場所 時間 質問 答え`)

	// articles begin a phrase rather than a name, and particles stand inside names in lower case.
	articles  = set(`the a an der die das ein eine le la les un une el los las il lo gli i uno o os as um uma de het een den det en ett`)
	particles = set(`de da di do dos du la le van von der den del della of the and y e und et i og och 'n af al bin ibn ter te zu`)
)
