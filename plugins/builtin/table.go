package builtin

import (
	"github.com/filmloom/filmloom/plugins/ffmpeg"
	"github.com/filmloom/filmloom/plugins/illustrator"
	"github.com/filmloom/filmloom/plugins/localtts"
	"github.com/filmloom/filmloom/plugins/mock"
	"github.com/filmloom/filmloom/plugins/musician"
	"github.com/filmloom/filmloom/plugins/openai"
	"github.com/filmloom/filmloom/plugins/sdapi"
	"github.com/filmloom/filmloom/plugins/stability"
	"github.com/filmloom/filmloom/plugins/storyteller"
	"github.com/filmloom/filmloom/plugins/youtube"
	"github.com/filmloom/filmloom/providers"
)

// entry is one built-in plugin.
type entry struct {
	name      string
	construct func() providers.Provider
}

// table lists the built-in plugins in order of preference.
var table = []entry{
	{"storyteller", storyteller.New},
	{"illustrator", illustrator.New},
	{"localtts", localtts.New},
	{"musician", musician.New},
	{"stability", stability.New},
	{"openai", openai.New},
	{"sdapi", sdapi.New},
	{"ffmpeg", ffmpeg.New},
	{"youtube", youtube.New},
	{"mock", mock.New},
}
