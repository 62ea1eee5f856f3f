// Package youtube is a provider that uploads films to YouTube (video.publish), by the resumable upload protocol
// of the YouTube Data API v3 (https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol).
//
//	stage "youtube_upload" {
//	  uses    = "video.publish"
//	  with    = { video = stage.video_composition.video, title = local.title }
//	  secrets = { token = "youtube:${input.youtube_account}" }
//	}
//
// It needs no configuration. Whose channel a film goes to, the call's secret "token" says: an OAuth access token
// with the scope youtube.upload, as fresh as the program that runs the pipeline can make it (package
// server/youtube makes one for each attempt). This process never sees what a token is made of: when one
// expires in the middle of an upload, the attempt ends as one that can be tried again, and the next one, with
// another token, goes on with the same upload.
//
// # What it promises
//
// One call is one video. Where an upload stands is kept in two places: in the call's checkpoint, which survives
// the end of the host, and by the call's idempotency key in a directory of this user, which survives the end of
// this process and of an attempt. Either is enough to go on at the byte where YouTube is. Before the last piece
// is sent that is noted as well; when YouTube has forgotten the upload afterwards, so that nobody can tell
// whether the film has arrived, the call fails once and says so, instead of uploading it again.
//
// A film is read piece by piece, and the memory that an upload takes does not depend on its size. An upload that
// stands still for two minutes is taken up anew. The token is sent to the host of upload_url alone, and is in
// no error, log, result, checkpoint or file. The address of an upload, which lets whoever knows it add bytes to
// it for some days, is in the checkpoint and in the directory, which only this user can read.
//
// # What it never does
//
// It never follows a redirect, nor uploads to an address at another host than the one configured. It changes no
// video after it was uploaded, but for its thumbnail, without which the call works all the same (and warns).
package youtube
