// Command client makes a film and prints its link: of a script with the Studio API, or of a topic with the Video API.
//
//	export FILMLOOM_API_KEY=flm_live_…
//	go run . "The lighthouse" "Every evening the old keeper lit the lamp, and nobody came."
//
//	export FILMLOOM_USER=admin FILMLOOM_PASSWORD=…
//	go run . mystery
//
// FILMLOOM_URL names another server than http://localhost:8080. The packages studio and video beside it are written
// by ../generate.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	url, err := run(ctx, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(url)
}

func run(ctx context.Context, args []string) (string, error) {
	server := os.Getenv("FILMLOOM_URL")
	if server == "" {
		server = "http://localhost:8080"
	}
	key, user, password := os.Getenv("FILMLOOM_API_KEY"), os.Getenv("FILMLOOM_USER"), os.Getenv("FILMLOOM_PASSWORD")
	switch {
	case len(args) == 2 && key != "":
		return ofScript(ctx, server, key, args[0], args[1])
	case len(args) == 1 && user != "" && password != "":
		return ofTopic(ctx, server, user, password, args[0])
	}
	return "", errors.New("usage: FILMLOOM_API_KEY=… client TITLE SCRIPT, or FILMLOOM_USER=… FILMLOOM_PASSWORD=… client TOPIC")
}
