package film

import "github.com/filmloom/filmloom/providers"

// Timeline plans when each scene is seen and heard.
var Timeline = providers.Capability[TimelineInput, TimelinePlan]{
	Name:          "film.timeline",
	Description:   "Plans the frames of each scene from the lengths of its narration.",
	Deterministic: true,
}

// TimelineInput gives the scenes to be planned.
type TimelineInput struct {
	Scenes            []TimelineScene `json:"scenes" doc:"In order; at least one."`
	FPS               int             `json:"fps" default:"30" min:"1" max:"120" unit:"frames per second" doc:"Frame rate."`
	PauseSeconds      float64         `json:"pause_seconds" default:"0.45" min:"0" max:"5" unit:"seconds" doc:"Silence between two scenes' narrations."`
	LeadSeconds       float64         `json:"lead_seconds" default:"0.3" min:"0" max:"5" unit:"seconds" doc:"Silence before the first word of the film."`
	TailSeconds       float64         `json:"tail_seconds" default:"1.5" min:"0" max:"10" unit:"seconds" doc:"Picture and music after the last word."`
	TransitionSeconds float64         `json:"transition_seconds" default:"0.4" min:"0" max:"3" unit:"seconds" doc:"Length of the overlap of two scenes; 0 means hard cuts. It is shortened where a scene is too short for it."`
	MinSceneSeconds   float64         `json:"min_scene_seconds" default:"1.5" min:"0.1" max:"60" unit:"seconds" doc:"No scene is shorter."`
	TargetSeconds     float64         `json:"target_seconds" default:"0" min:"0" max:"3600" unit:"seconds" doc:"Length that the film is meant to have: the silences are stretched or shortened as far as is natural to come close to it, within a frame where that is possible. 0: as long as it takes."`
	MinSeconds        float64         `json:"min_seconds" default:"0" min:"0" max:"60" unit:"seconds" doc:"The film is not shorter: its last picture is held."`
}

// TimelineScene is one scene to be planned.
type TimelineScene struct {
	ID            string  `json:"id" doc:"The scene's id."`
	SpeechSeconds float64 `json:"speech_seconds" unit:"seconds" doc:"Length of its narration."`
}

// TimelinePlan is the film's plan. A film of n scenes has n slots that follow each other without a
// gap; the overlap with the scene before lies at the head of a slot.
type TimelinePlan struct {
	Frames  int            `json:"frames" doc:"Length of the film."`
	Seconds float64        `json:"seconds" unit:"seconds" doc:"Length of the film: frames divided by the frame rate."`
	FPS     int            `json:"fps" doc:"Frame rate."`
	Scenes  []PlannedScene `json:"scenes" doc:"In order."`
}

// PlannedScene says when one scene is seen and heard.
type PlannedScene struct {
	ID           string  `json:"id" doc:"The scene's id."`
	StartFrame   int     `json:"start_frame" doc:"First frame of its slot, in the film."`
	Frames       int     `json:"frames" doc:"Length of its slot."`
	HeadFrames   int     `json:"head_frames" doc:"Frames at the beginning of the slot in which the scene before fades out; 0 for the first scene. They are made by transition.render, not by clip.render."`
	TailFrames   int     `json:"tail_frames" doc:"Frames after the slot in which this scene's picture goes on moving under the next scene's head; 0 for the last scene."`
	SpeechStart  float64 `json:"speech_start" unit:"seconds" doc:"When its narration begins, from the beginning of its slot."`
	StartSeconds float64 `json:"start_seconds" unit:"seconds" doc:"When its slot begins, in the film."`
}

// SubtitleLayout lays out one scene's subtitles.
var SubtitleLayout = providers.Capability[LayoutInput, Layout]{
	Name:          "subtitle.layout",
	Description:   "Breaks a scene's narration into subtitles and draws them with the spoken word highlighted.",
	Deterministic: true,
}

// LayoutInput gives one scene's words.
type LayoutInput struct {
	Text        string  `json:"text" doc:"The scene's narration."`
	Words       []Word  `json:"words" doc:"When each word is spoken, from the beginning of the speech; where empty, the time is shared out by length."`
	SpeechStart float64 `json:"speech_start" default:"0" unit:"seconds" doc:"When the speech begins, from the beginning of the scene's slot."`
	Seconds     float64 `json:"seconds" min:"0" unit:"seconds" doc:"Length of the speech."`
	Language    string  `json:"language" default:"english" doc:"Language of the text; it chooses font, line breaking and direction."`
	Style       string  `json:"style" default:"cinematic" doc:"Art style that the look of the subtitles goes with."`
	Width       int     `json:"width" default:"1080" min:"64" max:"3840" unit:"pixels" doc:"Width of the film."`
	Height      int     `json:"height" default:"1920" min:"64" max:"3840" unit:"pixels" doc:"Height of the film."`
}

// Layout is one scene's subtitles.
type Layout struct {
	Cues []Cue          `json:"cues" doc:"What is readable when, from the beginning of the scene's slot."`
	ASS  providers.File `json:"ass" doc:"The same, drawn: an Advanced SubStation Alpha script, its times from the beginning of the scene's slot."`
}

// Cue is one subtitle.
type Cue struct {
	Start float64 `json:"start" unit:"seconds" doc:"When it appears."`
	End   float64 `json:"end" unit:"seconds" doc:"When it goes; never after the next one's start."`
	Text  string  `json:"text" doc:"At most two lines of at most 42 characters, separated by a newline."`
}

// ClipRender renders one scene.
var ClipRender = providers.Capability[ClipInput, Segment]{
	Name:          "clip.render",
	Description:   "Moves the camera over a scene's picture, burns in its subtitles and encodes the segment.",
	Deterministic: true, CPU: true,
}

// Encoding is what all segments of one film have in common. Segments can be joined only when it is
// the same.
type Encoding struct {
	Width   int    `json:"width,omitempty" doc:"Width in pixels, even; default 1080."`
	Height  int    `json:"height,omitempty" doc:"Height in pixels, even; default 1920."`
	FPS     int    `json:"fps,omitempty" doc:"Frames per second; default 30."`
	Quality string `json:"quality,omitempty" doc:"draft, standard (default) or high."`
}

// ClipInput describes one scene's segment: the frames of its slot after the head.
type ClipInput struct {
	Image      providers.File  `json:"image" doc:"The picture."`
	Motion     string          `json:"motion" default:"zoom-in" enum:"zoom-in,zoom-out,pan-left,pan-right,pan-up,pan-down,still" doc:"Movement of the camera."`
	Frames     int             `json:"frames" min:"1" doc:"Length of the scene's slot."`
	HeadFrames int             `json:"head_frames" default:"0" min:"0" doc:"Frames at its beginning that the transition makes."`
	TailFrames int             `json:"tail_frames" default:"0" min:"0" doc:"Frames the movement goes on for after the slot."`
	Subtitles  *providers.File `json:"subtitles,omitempty" doc:"ASS script to burn in, its times from the beginning of the slot."`
	Watermark  string          `json:"watermark,omitempty" doc:"Text shown in a corner; empty for none."`
	Encoding   Encoding        `json:"encoding,omitempty" doc:"The same for all segments of a film."`
}

// Segment is a piece of video that can be joined to others without encoding it again.
type Segment struct {
	Video  providers.File `json:"video" doc:"MP4 with one H.264 track, closed groups of pictures, no audio."`
	Frames int            `json:"frames" doc:"Its length."`
}

// TransitionRender renders the overlap of two scenes.
var TransitionRender = providers.Capability[TransitionInput, Segment]{
	Name:          "transition.render",
	Description:   "Renders the frames in which one scene's picture gives way to the next.",
	Deterministic: true, CPU: true,
}

// TransitionInput describes the overlap of two neighbouring scenes: the head of the later one.
type TransitionInput struct {
	Kind      string          `json:"kind" default:"crossfade" enum:"crossfade,fade-black,wipe-left,slide-left" doc:"How the picture changes."`
	From      Side            `json:"from" doc:"The scene that goes."`
	To        Side            `json:"to" doc:"The scene that comes; its head_frames is the length of the segment."`
	Subtitles *providers.File `json:"subtitles,omitempty" doc:"ASS script of the scene that comes, its times from the beginning of its slot."`
	Watermark string          `json:"watermark,omitempty" doc:"As in clip.render."`
	Encoding  Encoding        `json:"encoding,omitempty" doc:"The same for all segments of a film."`
}

// Side is one scene's picture in a transition, with the numbers of its slot.
type Side struct {
	Image      providers.File `json:"image" doc:"The picture."`
	Motion     string         `json:"motion" doc:"As in clip.render."`
	Frames     int            `json:"frames" doc:"Length of the slot."`
	HeadFrames int            `json:"head_frames" doc:"As in film.timeline."`
	TailFrames int            `json:"tail_frames" doc:"As in film.timeline."`
}

// Assemble joins the film.
var Assemble = providers.Capability[AssembleInput, Film]{
	Name:          "film.assemble",
	Description:   "Joins the segments, mixes narration and music to -14 LUFS and writes the film with its subtitles.",
	Deterministic: true, CPU: true,
}

// AssembleInput gives everything a film is made of.
type AssembleInput struct {
	Segments    []providers.File `json:"segments" doc:"The film's video segments in order: for each scene its transition, if it has one, then its clip."`
	Speech      []PlacedAudio    `json:"speech" doc:"The narrations and when they begin in the film."`
	Music       *providers.File  `json:"music,omitempty" doc:"Background music; looped when it is shorter than the film."`
	Subtitles   []Track          `json:"subtitles,omitempty" doc:"Subtitles by language, each as files and, unless burned, as a track of the film."`
	Frames      int              `json:"frames" min:"1" doc:"Length of the film; the segments have as many together."`
	FPS         int              `json:"fps" default:"30" min:"1" max:"120" doc:"Frame rate."`
	Title       string           `json:"title,omitempty" doc:"Title, for the file's metadata."`
	Description string           `json:"description,omitempty" doc:"Description, for the file's metadata."`
	Language    string           `json:"language" default:"english" doc:"Language of the narration, for the file's metadata."`

	ThumbnailSide int `json:"thumbnail_side" default:"0" min:"0" max:"3840" unit:"pixels" doc:"Length of the thumbnail's longer side; it is never larger than the film. 0: the film's size."`
}

// PlacedAudio is a piece of audio and when it begins.
type PlacedAudio struct {
	Audio providers.File `json:"audio" doc:"The audio."`
	Start float64        `json:"start" doc:"When it begins in the film, in seconds."`
}

// Track is a film's subtitles in one language.
type Track struct {
	Language string      `json:"language" doc:"One of the languages."`
	Burned   bool        `json:"burned" doc:"Already part of the picture; such a track is not added to the file, only written beside it. All others are tracks that viewers can turn on."`
	Scenes   []SceneCues `json:"scenes" doc:"The scenes' cues, in order."`
}

// SceneCues is one scene's cues and when the scene begins.
type SceneCues struct {
	Start float64 `json:"start" doc:"When the scene's slot begins in the film, in seconds."`
	Cues  []Cue   `json:"cues" doc:"From the beginning of the slot."`
}

// Film is the finished film.
type Film struct {
	Video        providers.File  `json:"video" doc:"MP4: H.264 high, AAC 48 kHz stereo, fast start."`
	Thumbnail    providers.File  `json:"thumbnail" doc:"JPEG of a telling frame."`
	Subtitles    []SubtitleFiles `json:"subtitles" doc:"The subtitles as files, by language."`
	Seconds      float64         `json:"seconds" unit:"seconds" doc:"Length of the film."`
	LoudnessLUFS float64         `json:"loudness_lufs" unit:"LUFS" doc:"Integrated loudness (EBU R 128)."`
	TruePeakDB   float64         `json:"true_peak_db" unit:"dBTP" doc:"True peak."`
}

// SubtitleFiles is one language's subtitles as files.
type SubtitleFiles struct {
	Language string         `json:"language" doc:"One of the languages."`
	SRT      providers.File `json:"srt" doc:"SubRip."`
	VTT      providers.File `json:"vtt" doc:"WebVTT."`
}
