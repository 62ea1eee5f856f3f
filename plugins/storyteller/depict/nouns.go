package depict

import (
	"slices"
	"strings"
)

// English nouns that no table knows are found by what stands before them: "the rusty anchor".
var (
	determiners = strings.Fields("the a an his her my your our their its this that these those")
	adjectives  = strings.Fields(`old young new little small big large huge tiny tall short long dark bright black white red blue green
		yellow grey gray brown golden silver wooden iron stone broken empty heavy rusty wet dry cold warm hot quiet
		strange beautiful ugly soft hard thin thick round deep high low open closed lost last first second third
		own single poor rich dusty ancient abandoned burning frozen narrow wide only whole great good best bad`)
	// function are words that are no nouns: an article does not stand right before them, or what looks
	// like one was a pronoun.
	function = strings.Fields(`is are was were be been being am has have had do does did will would can could may might must shall should
		and or but if so as at by for from in into of off on onto out over to up down under with without about above across after
		against along among around before behind below beneath beside between beyond during inside near outside past through
		toward towards until upon within not no nor than then there here when where who whom whose which what why how very too
		also just still again ever never always often only even yet more most less least me him them us you it he she they we
		went came said told got made took gave ran saw knew thought left kept let put set sat stood lay lost won began fell
		grew held heard felt found met paid read rose sang sent shut slept spoke spent stole swam wore wrote became broke
		seems seem looks look comes come goes go gets get makes make takes take gives give says say knows know wants want
		all both each every any some none such own sigh need`)
	// unseen are words that follow an article and cannot be shown.
	unseen = strings.Fields(`time times way ways thing things moment moments end day days week weeks year years month months hour hours
		minute minutes second seconds same other others one ones kind sort lot bit part rest idea ideas truth reason word
		words name names story stories life lives world place places question questions answer answers fact facts point
		side sides top bottom middle front back next most more few many much matter case problem problems past future
		present beginning morning evening night afternoon sense feeling feelings thought thoughts mind silence sound
		voice noise chance help work job hope love fear secret secrets lie lies promise dream dreams age number`)
)

// ownNouns finds noun phrases in an English passage whose noun no table knows, at most mostOwn.
func ownNouns(passage string, known *table) []string {
	var found []string
	for clause := range strings.FieldsFuncSeq(passage, func(r rune) bool { return strings.ContainsRune(".,;:!?()\"“”—–…", r) }) {
		words := wordsOf(strings.NewReplacer("'s", "", "’s", "").Replace(clause))
		for i := 0; i < len(words); i++ {
			if !slices.Contains(determiners, words[i]) {
				continue
			}
			var phrase []string
			for i++; i < len(words) && len(phrase) < 2 && slices.Contains(adjectives, words[i]); i++ {
				phrase = append(phrase, words[i])
			}
			if i == len(words) || !visible(words[i]) || len(known.lookUp(words[i])) > 0 {
				i-- // what stands here may be an article itself
				continue
			}
			noun := strings.Join(append(phrase, words[i]), " ")
			if len(found) < mostOwn && !slices.Contains(found, noun) {
				found = append(found, noun)
			}
		}
	}
	return found
}

// visible guesses whether a word after an article is a noun for something that can be drawn.
func visible(word string) bool {
	if len(word) < 3 || len(word) > 20 || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
		return false
	}
	for _, ending := range []string{"ly", "ed", "ing", "ness", "tion", "sion", "ment", "ity", "est", "ism", "ence", "ance", "ship", "ful", "ous", "ive", "able"} {
		if strings.HasSuffix(word, ending) {
			return false
		}
	}
	return !slices.Contains(unseen, word) && !slices.Contains(function, word) && !slices.Contains(adjectives, word) && !slices.Contains(determiners, word)
}
