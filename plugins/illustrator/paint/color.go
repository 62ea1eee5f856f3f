package paint

import "math"

// Color is light: linear, not gamma-encoded, so that mixing and adding behave as light does. White
// paper in full light is 1; lamps and the sun are more.
type Color struct{ R, G, B float32 }

// RGB is the colour that is written #RRGGBB in sRGB.
func RGB(hex uint32) Color {
	return Color{toLinear[hex>>16&255], toLinear[hex>>8&255], toLinear[hex&255]}
}

var toLinear = func() (t [256]float32) {
	for i := range t {
		t[i] = float32(math.Pow(float64(i)/255, 2.2))
	}
	return t
}()

// Mix goes from a to b as t goes from 0 to 1; beyond that it stays.
func (a Color) Mix(b Color, t float32) Color {
	t = Clamp(t, 0, 1)
	return Color{a.R + (b.R-a.R)*t, a.G + (b.G-a.G)*t, a.B + (b.B-a.B)*t}
}

// Times scales the light.
func (a Color) Times(k float32) Color { return Color{a.R * k, a.G * k, a.B * k} }

// Plus adds light.
func (a Color) Plus(b Color) Color { return Color{a.R + b.R, a.G + b.G, a.B + b.B} }

// Under is how a surface of colour a looks under the light b.
func (a Color) Under(b Color) Color { return Color{a.R * b.R, a.G * b.G, a.B * b.B} }

// Luma is how bright the colour is to the eye.
func (a Color) Luma() float32 { return .2126*a.R + .7152*a.G + .0722*a.B }

// Saturate moves the colour away from its grey (k > 1) or towards it (k < 1).
func (a Color) Saturate(k float32) Color {
	l := a.Luma()
	return Color{max(0, l+(a.R-l)*k), max(0, l+(a.G-l)*k), max(0, l+(a.B-l)*k)}
}

// Clamp keeps x between lo and hi.
func Clamp(x, lo, hi float32) float32 { return min(max(x, lo), hi) }

// Smooth goes from 0 at a to 1 at b without a corner; a may be greater than b.
func Smooth(a, b, x float32) float32 {
	t := Clamp((x-a)/(b-a), 0, 1)
	return t * t * (3 - 2*t)
}

// Exp is e to the power of -x for x ≥ 0, near enough for light that fades with distance.
func Exp(x float32) float32 {
	x = 1 + x*(1.0/16)
	x *= x
	x *= x
	x *= x
	return 1 / (x * x)
}

// Sqrt is the square root.
func Sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// Sin is the sine of an angle in radians.
func Sin(x float32) float32 { return float32(math.Sin(float64(x))) }

// Cos is the cosine of an angle in radians.
func Cos(x float32) float32 { return float32(math.Cos(float64(x))) }

// Abs is the magnitude of x.
func Abs(x float32) float32 { return max(x, -x) }
