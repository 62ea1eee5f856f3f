package scene

import "github.com/filmloom/filmloom/plugins/illustrator/brief"

// point is a joint, in heights of the person, from the ground between the feet; y upwards.
type point struct{ x, y float32 }

// pose is where the joints are, of somebody who faces right.
type pose struct {
	hip, neck                                  point
	elbowBack, handBack, elbowFront, handFront point
	kneeBack, footBack, kneeFront, footFront   point
	seat                                       bool // sits on something
}

var standing = pose{
	hip: point{0, .49}, neck: point{0, .83},
	elbowBack: point{-.135, .655}, handBack: point{-.125, .49}, elbowFront: point{.135, .655}, handFront: point{.13, .49},
	kneeBack: point{-.05, .26}, footBack: point{-.06, .015}, kneeFront: point{.05, .26}, footFront: point{.065, .015},
}

var poses = map[brief.Pose]pose{
	brief.Standing: standing,
	brief.Walking: {
		hip: point{0, .48}, neck: point{.02, .82},
		elbowBack: point{.09, .65}, handBack: point{.16, .54}, elbowFront: point{-.1, .65}, handFront: point{-.15, .51},
		kneeBack: point{-.05, .26}, footBack: point{-.17, .03}, kneeFront: point{.09, .27}, footFront: point{.14, .012},
	},
	brief.Running: {
		hip: point{0, .5}, neck: point{.1, .81},
		elbowBack: point{.17, .68}, handBack: point{.25, .77}, elbowFront: point{-.1, .66}, handFront: point{-.08, .53},
		kneeBack: point{-.06, .25}, footBack: point{-.25, .2}, kneeFront: point{.17, .37}, footFront: point{.14, .1},
	},
	brief.Sitting: {
		hip: point{-.06, .27}, neck: point{-.03, .6},
		elbowBack: point{.06, .44}, handBack: point{.16, .35}, elbowFront: point{.08, .42}, handFront: point{.19, .33},
		kneeBack: point{.15, .3}, footBack: point{.14, .015}, kneeFront: point{.18, .28}, footFront: point{.19, .012}, seat: true,
	},
	brief.Kneeling: {
		hip: point{-.05, .27}, neck: point{.08, .58},
		elbowBack: point{.17, .44}, handBack: point{.25, .3}, elbowFront: point{.15, .42}, handFront: point{.22, .27},
		kneeBack: point{.02, .03}, footBack: point{-.17, .015}, kneeFront: point{.14, .25}, footFront: point{.15, .012},
	},
	brief.Reading: {
		hip: point{0, .49}, neck: point{.01, .83},
		elbowBack: point{-.1, .66}, handBack: point{.07, .64}, elbowFront: point{.12, .65}, handFront: point{.16, .65},
		kneeBack: point{-.04, .26}, footBack: point{-.05, .015}, kneeFront: point{.05, .26}, footFront: point{.065, .015},
	},
	brief.Reaching: {
		hip: point{0, .49}, neck: point{.02, .83},
		elbowBack: point{-.12, .655}, handBack: point{-.1, .49}, elbowFront: point{.19, .72}, handFront: point{.31, .76},
		kneeBack: point{-.07, .26}, footBack: point{-.1, .015}, kneeFront: point{.07, .26}, footFront: point{.1, .015},
	},
	brief.Raising: {
		hip: point{0, .49}, neck: point{0, .83},
		elbowBack: point{-.2, .87}, handBack: point{-.22, 1.05}, elbowFront: point{.2, .88}, handFront: point{.23, 1.06},
		kneeBack: point{-.07, .26}, footBack: point{-.09, .015}, kneeFront: point{.07, .26}, footFront: point{.09, .015},
	},
	brief.Carrying: {
		hip: point{0, .48}, neck: point{-.02, .82},
		elbowBack: point{-.07, .63}, handBack: point{.12, .58}, elbowFront: point{.13, .62}, handFront: point{.17, .56},
		kneeBack: point{-.06, .26}, footBack: point{-.11, .02}, kneeFront: point{.08, .26}, footFront: point{.11, .012},
	},
}
