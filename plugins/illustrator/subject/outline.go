package subject

import (
	"fmt"
	"strconv"

	"github.com/filmloom/filmloom/plugins/illustrator/paint"
)

// contour is one closed part of an outline.
type contour struct {
	path *paint.Path
	area float32 // of the polygon through its points; negative if it turns the other way
}

// parseOutline reads M, L, C and Z commands with absolute coordinates.
func parseOutline(text string) ([]contour, error) {
	var all []contour
	var x, y, startX, startY float32
	for i := 0; i < len(text); {
		command := text[i]
		i++
		end := i
		for end < len(text) && (text[end] < 'A' || text[end] > 'Z') {
			end++
		}
		n, err := numbers(text[i:end])
		if err != nil {
			return nil, err
		}
		i = end
		want, known := map[byte]int{'M': 2, 'L': 2, 'C': 6, 'Z': 0}[command]
		if !known || len(n) != want {
			return nil, fmt.Errorf("%c with %d numbers is no command", command, len(n))
		}
		if command == 'M' {
			all = append(all, contour{path: (&paint.Path{}).Move(n[0], n[1])})
			x, y, startX, startY = n[0], n[1], n[0], n[1]
			continue
		}
		if len(all) == 0 {
			return nil, fmt.Errorf("%c comes before the first M", command)
		}
		c := &all[len(all)-1]
		nx, ny := startX, startY
		switch command {
		case 'L':
			nx, ny = n[0], n[1]
			c.path.Line(nx, ny)
		case 'C':
			nx, ny = n[4], n[5]
			c.path.Curve(n[0], n[1], n[2], n[3], nx, ny)
		case 'Z':
			c.path.Close()
		}
		c.area += (x*ny - nx*y) / 2
		x, y = nx, ny
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("it is empty")
	}
	return all, nil
}

func numbers(text string) ([]float32, error) {
	var n []float32
	for i := 0; i < len(text); {
		end := i + 1
		for end < len(text) && text[end] != ' ' && text[end] != '-' {
			end++
		}
		if text[i] == ' ' {
			i++
			continue
		}
		v, err := strconv.ParseFloat(text[i:end], 32)
		if err != nil {
			return nil, err
		}
		n = append(n, float32(v))
		i = end
	}
	return n, nil
}
