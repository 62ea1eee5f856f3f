# `make help` lists the targets; each works as the first command in a fresh clone on Debian.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GOFUMPT := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
# The race detector needs a C compiler. It slows arithmetic twentyfold, so rooms that start no goroutine
# are tested without it.
RACE := $(shell command -v cc >/dev/null 2>&1 && echo -race)
ALONE := ./plugins/musician/...

export CGO_ENABLED ?= 0

.PHONY: help build demo run test e2e fuzz lint fmt bench cover tools clean

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## builds bin/filmloom
	go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/filmloom ./cmd/filmloom

demo: tools build ## makes a film, demo.mp4, from pipelines.hcl without a key or a network
	bin/filmloom render --data .demo -i story_topic=mystery --seed 1 -o demo.mp4

run: tools build ## starts the server, with its data in filmloom-data
	bin/filmloom serve

test: ## runs every test, with the race detector where there is a C compiler
	@scripts/install-tools test
	@go mod download
	go test -timeout 10m $(ALONE)
	$(if $(RACE),CGO_ENABLED=1) go test $(RACE) -timeout 20m $$(go list ./... | grep -vE "^$$(go list $(ALONE) | paste -sd '|')$$")

e2e: ## runs the tests in a real browser and with clients in other languages
	@scripts/install-tools e2e
	cd e2e && npm ci --silent --no-audit --no-fund
	FILMLOOM_E2E=1 go test -timeout 15m -count 1 -run 'Browser|Lint|Specification.*Example|JavaScriptVerifies' ./server/...

fuzz: ## searches for inputs that break a test, each fuzz test for FUZZTIME (10s)
	@scripts/fuzz $(FUZZTIME)

lint: ## checks format and code
	@unformatted=$$(go run $(GOFUMPT) -l .); [ -z "$$unformatted" ] || { echo "run make fmt; not formatted:" $$unformatted; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

fmt: ## formats the code
	go run $(GOFUMPT) -w .

bench: tools ## runs the benchmarks and says on what machine
	@uname -sm; awk -F ': ' '/model name/ { print $$2; exit }' /proc/cpuinfo 2>/dev/null; go version
	go test -run '^$$' -bench . -benchmem ./...

cover: tools ## writes coverage.html
	go test -coverprofile=coverage.out -coverpkg=./... ./...
	go tool cover -html=coverage.out -o coverage.html

tools: ## installs ffmpeg and speech where they are missing
	@scripts/install-tools

clean: ## removes what was built and rendered; the cache of the demo too
	rm -rf bin demo.mp4 .demo coverage.out coverage.html
