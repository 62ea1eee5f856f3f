package brief

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func read(description string, characters ...Character) Brief {
	return Read(description, "medium", characters, rand.New(rand.NewPCG(1, 2)))
}

func TestPlaceHourAndWeatherComeFromTheWords(t *testing.T) {
	for _, c := range []struct {
		words   string
		place   Place
		hour    Hour
		weather Weather
	}{
		{"small red boat in a quiet harbor village, sunset, calm sea", Harbor, Dusk, Clear},
		{"an old lighthouse above a calm sea, night, blue sky", Sea, Night, Clear},
		{"lonely country road through a forest, heavy rain, night", Forest, Night, Rain},
		{"a guard with a torch in a long museum corridor of paintings, night, moonlight", Hall, Night, Clear},
		{"a tall library with many shelves and a ladder, warm lamp light, evening", Library, Dusk, Clear},
		{"kitchen with smoke rising from a stove, window, evening light", Room, Dusk, Clear},
		{"a graveyard on a hill above a village, wet grass, morning fog, bare trees", Graveyard, Morning, Fog},
		{"queen in a white dress looking at old pyramids in the desert, sunset", Desert, Dusk, Clear},
		{"the planet Venus glowing yellow in dark space, stars", Space, Night, Clear},
		{"shark swimming in a dark blue sea above rocks, rays of light", Underwater, Night, Clear},
		{"snow falling on a green farm field, morning", Meadow, Morning, Snow},
		{"tiny boat on a huge wave, lightning over mountains, night", Sea, Night, Storm},
		{"a dragon in a cave full of old swords", Cave, Night, Clear},
		{"a man on a busy city street, noon, overcast", City, Day, Cloudy},
		{"a grey cat on a roof in a village, noon", Village, Day, Clear}, // the cat is grey, not the sky
	} {
		b := read(c.words)
		if b.Place != c.place || b.Hour != c.hour || b.Weather != c.weather {
			t.Errorf("%s: %s, %s, %s", c.words, b.Place, b.Hour, b.Weather)
		}
	}
}

func TestOnlyWholeWordsCount(t *testing.T) {
	for _, words := range []string{"a catalogue", "a carpet", "a scarf", "belongings", "a keyboard", "a womanizer"} {
		if b := read(words); len(b.Things)+len(b.People) > 0 {
			t.Errorf("%q shows %+v and %+v", words, b.Things, b.People)
		}
	}
}

func TestPeopleAreReadWithWhatIsSaidOfThem(t *testing.T) {
	for _, c := range []struct {
		words string
		want  Person
	}{
		{"an old man sitting on a bench", Person{Word: "man", Old: true, Count: 1, Pose: Sitting}},
		{"two men walking", Person{Word: "men", Count: 3, Pose: Walking}},
		{"a woman in a red coat with white hair", Person{Word: "woman", Woman: true, Dress: 0xb8302a, Hair: 0xece8e0, Count: 1, Pose: Standing}},
		{"a girl with an umbrella", Person{Word: "girl", Woman: true, Child: true, Umbrella: true, Count: 1, Pose: Standing}},
		{"a man holding a lantern", Person{Word: "man", Lantern: true, Count: 1, Pose: Reaching}},
		{"a king reading a book", Person{Word: "king", Crown: true, Count: 1, Pose: Reading}},
	} {
		b := read(c.words)
		if len(b.People) != 1 || b.People[0] != c.want {
			t.Errorf("%s: %+v, want %+v", c.words, b.People, c.want)
		}
	}
}

func TestACharactersLooksStandForTheName(t *testing.T) {
	b := read("Old Tom and the dog, evening", Character{"Old Tom", "an old man with a white beard in a blue coat"})
	if len(b.People) != 1 {
		t.Fatalf("%+v", b.People)
	}
	if p := b.People[0]; p.Name != "Old Tom" || !p.Old || p.Dress != 0x2f66a8 || p.Hair != 0xece8e0 {
		t.Errorf("%+v", p)
	}
	if len(b.Things) != 1 || b.Things[0].Name != "sitting-dog" {
		t.Errorf("%+v", b.Things)
	}
}

func TestThingsAreCountedAndColoured(t *testing.T) {
	b := read("three black cats beside a yellow bus, meadow")
	names := map[string]int{}
	for _, th := range b.Things {
		names[th.Name] = th.Count
	}
	if names["cat"] != 3 || names["bus"] != 1 {
		t.Errorf("%v", names)
	}
	if i := slices.IndexFunc(b.Things, func(t Thing) bool { return t.Name == "bus" }); b.Things[i].Tint.R < 3*b.Things[i].Tint.B {
		t.Errorf("the bus is %v", b.Things[i].Tint)
	}
}

func TestWhoRowsIsShownInTheBoat(t *testing.T) {
	b := read("a man rowing a small boat through high waves, night")
	if len(b.People) != 0 || len(b.Things) != 1 || b.Things[0].Name != "canoe" {
		t.Errorf("%+v and %+v", b.People, b.Things)
	}
}

func TestBuildingsStayOutOfRooms(t *testing.T) {
	if b := read("an empty chair in the room of a castle, window"); len(b.Things) != 1 || b.Things[0].Name != "wooden-chair" {
		t.Errorf("%+v", b.Things)
	}
}

func TestWhatIsLeftOpenIsDrawnFromChance(t *testing.T) {
	places := map[Place]bool{}
	for seed := range uint64(40) {
		places[Read("hope", "", nil, rand.New(rand.NewPCG(seed, 0))).Place] = true
	}
	if len(places) < 4 {
		t.Errorf("only %v", places)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("an old man with a lantern in a forest, night, rain", "medium", "Tom", "a man in a red coat")
	f.Add("三 cats’s 's ' -", "", "", "")
	f.Add(strings.Repeat("couple ", 50), "aerial", "couple", "couple couple")
	f.Fuzz(func(t *testing.T, words, camera, name, looks string) {
		b := read(words, Character{name, looks})
		if !slices.Contains(places, b.Place) || len(b.People) > 3 || len(b.Things) > most {
			t.Errorf("%+v", b)
		}
		for _, p := range b.People {
			if p.Count < 1 || !slices.Contains(Poses, p.Pose) {
				t.Errorf("%+v", p)
			}
		}
		for _, th := range b.Things {
			if th.Count < 1 || th.Subject == nil {
				t.Errorf("%+v", th)
			}
		}
	})
}
