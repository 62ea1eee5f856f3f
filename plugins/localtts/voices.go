package localtts

// A voice is how one of the six voices is made by each engine.
type voice struct {
	flite  fliteVoice
	espeak espeakVoice
}

// fliteVoice: which recorded speaker, and how much slower than recorded.
type fliteVoice struct {
	speaker string
	// pitch is the mean in hertz; 0 leaves the speaker's own, which is all that rms can do.
	pitch   float64
	stretch float64
	// depth below 1 lowers the whole sound, resonances too, as a bigger speaker has them.
	depth float64
}

// espeakVoice: the variant's name, pitch from 0 to 99, and words per minute.
type espeakVoice struct {
	variant string
	pitch   int
	speed   int
}

var voices = map[string]voice{
	"alloy":   {fliteVoice{"slt", 150, 1.12, 1}, espeakVoice{"f2", 35, 150}},
	"echo":    {fliteVoice{"rms", 0, 1.12, 1}, espeakVoice{"m3", 45, 150}},
	"fable":   {fliteVoice{"awb", 135, 1.12, 1}, espeakVoice{"m7", 55, 155}},
	"onyx":    {fliteVoice{"rms", 0, 1.18, 0.9}, espeakVoice{"m1", 20, 140}},
	"nova":    {fliteVoice{"slt", 175, 1.10, 1}, espeakVoice{"f5", 55, 155}},
	"shimmer": {fliteVoice{"slt", 195, 1.18, 1}, espeakVoice{"f4", 62, 132}},
}
