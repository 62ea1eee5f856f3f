package storyteller

// ownTexts are the beginnings of a story in each language: an old man walks into a forest at night,
// it rains, and something is said.
var ownTexts = map[string]string{
	"english": "At night an old man walked into the forest. It was raining, and Mr. Lee had no umbrella! \"Is anybody there?\" he asked...\n\nNobody answered, and so he went on, step by step, as he had done for all those years.",
}
