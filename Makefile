PREFIX ?= /usr/local
CUTLINE = .build/release/cutline
SWIFT_FILES = Sources Tests Benchmarks/cost migrations Package.swift

SEEDS ?= 100000

.PHONY: help build demo built-tests test check-exports check-compare check-network check-server check-pictures check-cost check-package ci simulate-soak bench bench-limits picture-soak crash-soak format install man dist deb clean setup

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile

setup:
	@scripts/setup

build: setup ## The binary, in .build/release/cutline
	swift build -c release --product cutline

demo: build ## Captions the example pictures with the built-in simulator, into demo/
	@mkdir -p demo
	$(CUTLINE) run jobs.example.json --queue demo/cutline.db
	$(CUTLINE) export --queue demo/cutline.db --format jsonl -o demo/captions.jsonl --overwrite
	$(CUTLINE) export --queue demo/cutline.db --format csv -o demo/captions.csv --overwrite
	@$(CUTLINE) export --queue demo/cutline.db --format table

built-tests: setup
	swift format lint --strict -r $(SWIFT_FILES)
	scripts/check-imports
	swift build --build-tests

test: built-tests ## Format, imports, build and all tests; ends with "N passed, N failed"
	@scripts/count-tests scripts/run-tests

check-exports: setup ## Reads every export with the programs it is for (Python 3.11; they come from PyPI)
	swift build --product cutline
	@scripts/count-tests scripts/check-exports

check-compare: setup ## Opens the page of `cutline compare` in Chromium (from Debian, where it is missing)
	swift build --product cutline
	scripts/check-compare --install

check-network: setup ## Runs behind real proxies and with an authority of its own (tinyproxy, microsocks, openssl, from Debian)
	swift build --product cutline
	@scripts/count-tests scripts/check-network --install

check-server: setup ## Tries a queue on a real PostgreSQL server from outside (PostgreSQL and PgBouncer, from Debian)
	swift build --product cutline
	@scripts/count-tests scripts/with-postgres --install scripts/check-server --install

check-pictures: setup ## Captions pictures of every kind and looks at what was sent (libvips, from Debian; Pillow, from PyPI)
	swift build --product cutline
	@scripts/count-tests scripts/check-pictures

check-cost: setup ## Counts the instructions of what a run does most, and holds them to Benchmarks/costs.json (valgrind, from Debian)
	swift build --product cutline-cost
	@scripts/count-tests scripts/check-cost --install

ci: built-tests ## test and every check, counted together
	$(MAKE) deb CONFIGURATION=debug
	scripts/with-postgres --install true
	@scripts/count-tests scripts/run-all-checks

# Optimised, a seed takes half the time. Built beside the rest: the flag that lets tests look inside would build that anew.
SOAK = --scratch-path .build/soak -c release -Xswiftc -enable-testing
simulate-soak: setup ## Simulates SEEDS=100000 lives of a queue with everything going wrong; prints the seeds that fail
	swift build $(SOAK) --build-tests
	CUTLINE_SEEDS=$(SEEDS) swift test $(SOAK) --skip-build --filter everySeedEndsWell

bench: build ## Measures whole runs and growing queues on this machine, and writes the tables of docs/performance.md
	swift build -c release --product cutline-cost
	scripts/check-cost --install --release
	Benchmarks/throughput --plain
	Benchmarks/queue --results .build/queue.json $(if $(QUICK),--sizes 1000 10000 100000 --runs 1)
	Benchmarks/report .build/queue.json

bench-limits: build ## Measures speed and refusals against limits, about twenty minutes; QUICK=1 for a short form
	$$(scripts/with-postgres true && echo scripts/with-postgres) Benchmarks/limits $(if $(QUICK),--quick)

FILES ?= 10000
picture-soak: build ## Has FILES=10000 mutated pictures prepared, and kills darkrooms at random moments; nothing may become unknown
	scripts/check-pictures --soak $(FILES) $(if $(SEED),--seed $(SEED)) $(CUTLINE)

ROUNDS ?= 200
crash-soak: build ## Kills working processes at ROUNDS=200 random moments and counts whether anything was lost or repeated
	Benchmarks/crash-soak --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

format: ## Formats every Swift file in place
	swift format -i -r $(SWIFT_FILES)

man: build ## The manual page, in .build/share/cutline.1
	@mkdir -p .build/share
	scripts/make-man $(CUTLINE) >.build/share/cutline.1

install: build ## Binary, manual page, completions and papers, to PREFIX (/usr/local)
	scripts/install $(CUTLINE) "$(DESTDIR)$(PREFIX)"

# `debug` packs by the same rules what the tests were built from.
CONFIGURATION ?= release
DIST = .build/dist/$(CONFIGURATION)
dist: setup ## A program with all libraries inside and what belongs to it, as .tar.gz in .build/dist/release
	scripts/package --output $(DIST) "$$(scripts/build-static $(CONFIGURATION))"

deb: setup ## The same, and as a package for Debian (dpkg-dev)
	scripts/package --deb --output $(DIST) "$$(scripts/build-static $(CONFIGURATION))"

check-package: deb ## Installs what is packed in bare Debian systems and uses it there (debootstrap, from Debian; root)
	@scripts/count-tests scripts/check-package --install $(DIST)

clean: ## Removes what was built
	swift package clean
