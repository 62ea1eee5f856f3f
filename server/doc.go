// Package server is Filmloom as a server: the engine with the owner's pipelines, and the REST APIs, put together
// from one room each.
//
//	conf := config.Default()
//	conf.Data = "filmloom-data"
//	srv, err := server.New(conf, server.Options{Providers: builtin.Plugins()})
//	if err != nil {
//		return err
//	}
//	if err := srv.Start(ctx); err != nil {
//		return err
//	}
//	defer srv.Stop(context.Background())
//	fmt.Println("listening on", srv.URL())
//
// # What it promises
//
// Start either starts everything or leaves nothing behind: no lock, no port, no process. Stop ends event streams,
// begins no more calls, lets requests and calls finish for the grace time, which they have together, and keeps the rest
// in the journal, to go on at the next start. Only one server uses a data directory at a time. A client that does not
// take its answer is let go.
//
// # What it never does
//
// It imports no plugin: providers come with the options.
package server
