package motion

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

var motions = []string{ZoomIn, ZoomOut, PanLeft, PanRight, PanUp, PanDown, Still, "unheard-of"}

func TestTheViewNeverLeavesThePicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frames := rapid.IntRange(1, 5000).Draw(t, "frames")
		camera := NewCamera(rapid.SampledFrom(motions).Draw(t, "motion"), frames, float64(frames)/rapid.Float64Range(1, 120).Draw(t, "fps"))
		v := camera.View(rapid.IntRange(-5, frames+5).Draw(t, "n"))
		half := 0.5 / v.Zoom
		const slack = 1e-9
		if v.Zoom < 1 || v.X < half-slack || v.X > 1-half+slack || v.Y < half-slack || v.Y > 1-half+slack {
			t.Fatalf("view %+v leaves the picture", v)
		}
	})
}

func TestMovementsGoTheWayTheyAreNamed(t *testing.T) {
	for motion, moves := range map[string]func(from, to View) bool{
		ZoomIn:   func(a, b View) bool { return b.Zoom > a.Zoom },
		ZoomOut:  func(a, b View) bool { return b.Zoom < a.Zoom },
		PanLeft:  func(a, b View) bool { return b.X < a.X && a.Y == b.Y && a.Zoom == b.Zoom },
		PanRight: func(a, b View) bool { return b.X > a.X && a.Y == b.Y && a.Zoom == b.Zoom },
		PanUp:    func(a, b View) bool { return b.Y < a.Y && a.X == b.X && a.Zoom == b.Zoom },
		PanDown:  func(a, b View) bool { return b.Y > a.Y && a.X == b.X && a.Zoom == b.Zoom },
		Still:    func(a, b View) bool { return a == b },
	} {
		camera := NewCamera(motion, 90, 3)
		for n := 1; n < 90; n++ {
			if a, b := camera.View(n-1), camera.View(n); !moves(a, b) {
				t.Errorf("%s: from frame %d to %d the view goes from %+v to %+v", motion, n-1, n, a, b)
				break
			}
		}
		if camera.Moves() != (motion != Still) {
			t.Errorf("%s: Moves is %v", motion, camera.Moves())
		}
	}
}

// The speed never changes by more than a twentieth of its mean from one frame to the next.
func TestMovementIsGentle(t *testing.T) {
	camera := NewCamera(PanRight, 180, 6)
	mean := (camera.View(179).X - camera.View(0).X) / 179
	for n := 2; n < 180; n++ {
		a, b, c := camera.View(n-2).X, camera.View(n-1).X, camera.View(n).X
		if math.Abs((c-b)-(b-a)) > mean/20 {
			t.Fatalf("frame %d: the speed jumps from %v to %v", n, b-a, c-b)
		}
	}
}
