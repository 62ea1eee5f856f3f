package identity

import (
	"encoding/json"
	"strings"
)

// Scopes are what a credential is good for: a set. None includes another.
type Scopes uint8

// The scopes there are.
const (
	Read  Scopes = 1 << iota // to look at what the account has
	Write                    // to make and change things
	Admin                    // to administer the server; of use to accounts that are admins only
)

var scopeNames = []string{"read", "write", "admin"}

// Has tells whether all of want are in the set.
func (s Scopes) Has(want Scopes) bool { return s&want == want }

// Names are the scopes of the set, in the order read, write, admin.
func (s Scopes) Names() []string {
	names := []string{}
	for i, name := range scopeNames {
		if s.Has(1 << i) {
			names = append(names, name)
		}
	}
	return names
}

// String lists the scopes for people.
func (s Scopes) String() string { return strings.Join(s.Names(), ", ") }

// ParseScopes makes a set of the names of scopes. The error is an [InvalidError].
func ParseScopes(names []string) (Scopes, error) {
	var s Scopes
next:
	for _, name := range names {
		for i, known := range scopeNames {
			if name == known {
				s |= 1 << i
				continue next
			}
		}
		return 0, invalidf("scopes", "can be read, write and admin, and one is neither")
	}
	return s, nil
}

// MarshalJSON writes the names in an array.
func (s Scopes) MarshalJSON() ([]byte, error) { return json.Marshal(s.Names()) }

// UnmarshalJSON reads an array of names.
func (s *Scopes) UnmarshalJSON(raw []byte) error {
	var names []string
	if err := json.Unmarshal(raw, &names); err != nil {
		return err
	}
	set, err := ParseScopes(names)
	*s = set
	return err
}
