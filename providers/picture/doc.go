// Package picture makes a vendor's picture the one that was asked for.
//
// Vendors draw in a few sizes of their own, and film.ImageGenerate promises an exact one:
//
//	size := picture.Nearest(in.Width, in.Height, []picture.Size{{1024, 1024}, {1024, 1536}, {1536, 1024}})
//	raw := … // the vendor draws in that size
//	raw, mediaType, err := picture.Fit(raw, in.Width, in.Height)
//
// Promises: what Fit gives has been decoded from beginning to end and has exactly the size asked for;
// the whole of it is picture, without bars, and nothing in it is stretched; bytes from a stranger take no more
// memory than a picture of 64 megapixels does, however large they say they are.
//
// It never goes to the network, the disk or another program, and does not colour-manage: profiles and
// orientation tags, which no vendor of generated pictures needs, are not read.
package picture
