// Package passage divides a text that somebody else wrote into passages that can each be told over
// one picture.
//
// It promises that nothing is lost and nothing is added: the passages, joined with the separator of
// the language, are the cleaned text, letter for letter. It ends passages where sentences end; a
// sentence too long for one picture is divided at a clause mark, or between words where there is
// none. It never rewrites, shortens or corrects.
//
//	for _, p := range passage.Divide(prose.Clean(raw), "english") {
//		fmt.Println(p)
//	}
//
// [DivideBy] makes longer or shorter passages than the usual ones.
//
// The one exception is a run of letters without spaces that is too long for any picture, in a
// language that writes spaces: where it has to be divided, the join has a space that the text had not.
package passage
