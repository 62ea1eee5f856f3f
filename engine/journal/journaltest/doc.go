// Package journaltest says in tests what every [journal.Journal] must do. An implementation's own tests
// call Run with a function that opens a new, empty journal and closes it with the test:
//
//	func TestJournal(t *testing.T) {
//		journaltest.Run(t, func(t *testing.T) journal.Journal { return memory.New() })
//	}
//
// What only a disk can promise, such as surviving kill -9, is tested where the disk is.
package journaltest
