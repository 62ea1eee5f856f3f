// Package identity knows who somebody is: accounts with passwords, sessions, and API keys.
//
//	ids, err := identity.New(ctx, db, identity.Config{})
//	if err != nil {
//		return err
//	}
//	defer ids.Close()
//	session, err := ids.Login(ctx, "ada", password, address)
//	// and with each request:
//	who, err := ids.Authenticate(ctx, credential, address)
//	if err != nil {
//		return err
//	}
//	if !who.Scopes.Has(identity.Write) {
//		return errForbidden
//	}
//
// # Errors and what they are to an HTTP client
//
// [ErrCredentials], of Authenticate, Refresh and Revoke, and [ErrIncorrect], of Login, mean 401; a
// [ThrottledError] means 429 with its Retry-After. [ErrForbiddenAddress] is a genuine key at an address that
// it is not for: 403, or 401 where an API must not tell a genuine key from another. [ErrNotFound] means 404,
// [ErrNameTaken] and [ErrLastAdmin] mean 409, [ErrOutlives] means 403, an [InvalidError] means 400 or 422. Any
// other error is the database's or the context's.
//
// # What it promises
//
// Passwords are kept as Argon2id hashes, keys as SHA-256 sums, and neither leaves this package: no method
// returns them and no error or log line has them. A generated password or a key is given away once.
//
// Login does the same work and gives the same error for a name that nobody has, a wrong password and a
// disabled account. Whoever guesses waits longer and longer, and a storm from one address does not keep an
// account's owner out at another.
//
// A change of a password, disabling and removing end every session of the account before the method
// returns. An account that can administer and is enabled is always left, once there was one. One that was removed
// is marked until whoever knows what it owned has erased that; its id is never another account's.
//
// Authenticate takes a few microseconds for a credential that it has seen, and memory that is used for
// credentials, addresses and names is bounded, whatever is sent.
//
// # What it never does
//
// It does not know what a plan allows, what a scope is needed for, nor HTTP. It does not write on the path
// of a request, and never logs a name or a credential that was submitted.
package identity
