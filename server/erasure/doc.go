// Package erasure removes what accounts owned that were removed: whatever it is, in every room that keeps something for
// an account.
//
//	e, err := erasure.New(erasure.Config{Accounts: accounts, Owned: []erasure.Owned{
//		{What: "films", By: desk},
//		{What: "credits", By: ledger}, // which films are settled with
//	}})
//	err = e.Start(ctx)
//	defer e.Close()
//
//	err = accounts.Remove(ctx, id) // wakes it
//
// The removal of an account marks it, in the same transaction. The eraser then asks one room after the other to erase,
// in the order that it was given, and takes the mark away last. A mark that is found at the start is worked on as one
// that was just made: so a removal by a command without a server is finished by the next server.
//
// # What it promises
//
// Once an account is removed, everything it owned is erased, however often the process is killed meanwhile: as
// long as something is left the mark is there. Where a room fails, those after it wait, and all of them are asked
// again after a minute, then after two, four, up to an hour. One account that cannot be erased holds up no other.
//
// A room must erase so that it can be asked again at any time, and must write nothing new for an account that is not
// [identity.Known] any more.
//
// # What it never does
//
// It does not know what is erased. It removes no account, and touches nothing of one that there is. It does not reach
// into backups.
package erasure
