// Package artifact keeps the files that runs make: immutable, named by the SHA-256 of their bytes, each
// stored once.
//
//	store, err := artifact.OpenDir("data/artifacts")
//	dir, release, err := store.WorkDir(ctx)   // a provider writes picture.png into dir
//	info, err := store.Adopt(ctx, dir, "picture.png")
//	path, err := store.Path(ctx, info.SHA256) // read-only, for the next provider
//	err = release()
//
// # What it promises
//
// A file is in the store wholly or not at all, at any instant, and stays there through a crash once Put
// or Adopt has returned. No digest and no name that a provider gives reaches outside the store or the
// work directory. A failure, a full disk included, leaves nothing behind.
//
// # What it never does
//
// It does not know what files mean, who uses them or when they may go: [Store.Delete] removes what it
// is told to. It does not protect a work directory from the provider that it was given to.
//
// The suite in artifact/artifacttest says what every implementation must do.
package artifact
