// Package price knows what OpenAI's models cost.
//
//	cost := price.Of("gpt-6-luna").Cost(price.Usage{TextIn: 1500, TextOut: 900})
//
// Promises: a model that the table does not name costs nothing, so that no made-up sum reaches a budget;
// a dated snapshot costs what its model does.
//
// It knows no batch, priority or regional prices, and does not look anything up.
package price
