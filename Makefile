# `make` or `make help` lists what there is.

PREFIX  ?= /usr/local
DESTDIR ?=
RUNS    ?= 3

# What the program is built from.
BUILD_PACKAGES := libc6-dev libelf-dev libdw-dev libbz2-dev pkg-config
# What the tests compile and run themselves; the programs of a case are named by the case.
TEST_PACKAGES  := gcc g++ gdb make util-linux bsdutils procps iproute2 strace python3
BENCH_PACKAGES := gcc make strace hyperfine python3 findutils
# A 32-bit target can be tested only where a compiler makes one.
MULTILIB_PACKAGES := $(if $(filter x86_64,$(shell uname -m)),libc6-dev-i386 gcc-multilib)

SOURCES := Package.swift Makefile $(shell find Sources Plugins Heuristics -type f 2>/dev/null)
SCRIPTS := Scripts/ensure-packages Scripts/fuzz Scripts/run-tests Scripts/start-order .ci/run Benchmarks/compare.sh Benchmarks/memory.sh

# One build directory for run, install and bench; the stamp says that it is up to date.
# Types with generic arguments are made by calls instead of from their mangled names: those are
# looked up at run time, each with a search through all of Foundation's conformances, which is a
# third of a start. Nothing is loaded that would look for symbols in the program. The functions that
# every run goes through lie beside each other (Scripts/start-order), which ends a fifth of the page
# faults of a start; for that each function has a section of its own, and the linker is the
# toolchain's own.
RELEASE_FLAGS := -c release --static-swift-stdlib --disable-local-rpath --product whyfail \
  -Xlinker -L$(CURDIR)/.build/static-runtime -Xlinker --no-export-dynamic \
  -Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors \
  -Xswiftc -Xfrontend -Xswiftc -function-sections -Xswiftc -use-ld=lld \
  -Xlinker --symbol-ordering-file=$(CURDIR)/Sources/whyfail/start-order.txt \
  -Xlinker --no-warn-symbol-ordering
RELEASE       := .build/release/whyfail
RELEASE_STAMP := .build/whyfail.release

# The case that `make run` shows to somebody who has no failing program at hand.
EXAMPLE     := Corpus/missing-file/template-directory/files
EXAMPLE_CMD := python3 invoice.py --customer 1017

.PHONY: help
help:
	@echo 'whyfail runs a program and says in plain English why it failed.'
	@echo
	@echo "  make run CMD='python3 app.py'   build, then diagnose a program of yours"
	@echo '  make run                        the same with a failing program of the Corpus'
	@echo '  make test                       build and run all tests'
	@echo '  make lint                       check the format of all sources and scripts'
	@echo '  make format                     reformat the sources'
	@echo '  make install                    install under PREFIX=/usr/local (DESTDIR is honoured)'
	@echo '  make bench                      compare speed with strace and no tracer (RUNS=3); memory'
	@echo '  make corpus                     run every case of Corpus/ and record it anew'
	@echo '  make fuzz                       fuzz the reading of ELF and core files (SECONDS=60)'
	@echo '  make clean                      remove what was built'

# --- what each target needs -------------------------------------------------------------------

.PHONY: swift-present build-packages test-packages bench-packages
swift-present:
	@command -v swift >/dev/null || { \
	  echo 'whyfail: no swift in PATH; it is built with Swift 6.3 or newer:' \
	    'https://www.swift.org/install/linux/' >&2; exit 1; }

build-packages:
	@Scripts/ensure-packages --needed $(BUILD_PACKAGES)

test-packages:
	@Scripts/ensure-packages --needed $(BUILD_PACKAGES)
	@Scripts/ensure-packages --wanted $(TEST_PACKAGES) \
	  $$(sed -n 's/^ *packages: *\[\(.*\)\]/\1/p' Corpus/*/*/case.yaml Tests/Configuration/*.yaml | \
	    tr -s ', ' '\n\n' | sort -u)
	@Scripts/ensure-packages --wanted $(MULTILIB_PACKAGES)

bench-packages:
	@Scripts/ensure-packages --needed $(BENCH_PACKAGES)

# --- the program ------------------------------------------------------------------------------

# The packages and the compiler are asked for only when there is something to build, so that
# `sudo make install` after `make run` needs neither.
$(RELEASE_STAMP): $(SOURCES)
	@$(MAKE) --no-print-directory swift-present build-packages
	@echo 'building whyfail (some minutes the first time)' >&2
	@# A folder in which the linker finds the C++ runtime as an archive alone: one library less to
	@# install, find and relocate at every start.
	@mkdir -p .build/static-runtime
	@ln -sfn "$$(clang -print-file-name=libstdc++.a)" .build/static-runtime/libstdc++.a
	@swift build --quiet $(RELEASE_FLAGS)
	@touch $@

# Ends with 0 once there is a report, whatever the diagnosed program ended with; 125 is whyfail's
# own failure.
.PHONY: run
run: $(RELEASE_STAMP)
ifdef CMD
	@$(RELEASE) $(CMD); test $$? -ne 125
else
	@echo '$$ cd $(EXAMPLE); whyfail $(EXAMPLE_CMD)' >&2
	@whyfail="$$PWD/$(RELEASE)"; cd $(EXAMPLE) && { "$$whyfail" $(EXAMPLE_CMD); test $$? -ne 125; }
endif

.PHONY: install
install: $(RELEASE_STAMP)
	@install -d -m 0755 '$(DESTDIR)$(PREFIX)/bin'
	@# Written anew in one go: the kernel then keeps it in large pages, and a start has a third
	@# fewer page faults.
	@strip -o '$(DESTDIR)$(PREFIX)/bin/.whyfail.new' $(RELEASE)
	@chmod 0755 '$(DESTDIR)$(PREFIX)/bin/.whyfail.new'
	@mv -f '$(DESTDIR)$(PREFIX)/bin/.whyfail.new' '$(DESTDIR)$(PREFIX)/bin/whyfail'
	@ln -sfn whyfail '$(DESTDIR)$(PREFIX)/bin/whyconf'
	@echo 'installed $(DESTDIR)$(PREFIX)/bin/whyfail, and whyconf as a link to it'

# Not a part of `make test`: it runs for as long as it is told.
.PHONY: fuzz
fuzz: swift-present build-packages
	@Scripts/fuzz $(SECONDS)

.PHONY: clean
clean:
	@rm -rf .build

# --- its quality ------------------------------------------------------------------------------

.PHONY: test
test: swift-present test-packages
	swift build --quiet --build-tests
	@Scripts/run-tests

.PHONY: lint
lint: swift-present
	swift format lint --strict -r Package.swift Plugins Sources Tests
	@for script in $(SCRIPTS); do \
	  case $$(head -n 1 $$script) in *bash*) bash -n $$script ;; *) sh -n $$script ;; esac \
	    || exit 1; done

.PHONY: format
format: swift-present
	swift format -i -r Package.swift Plugins Sources Tests

.PHONY: bench
bench: bench-packages $(RELEASE_STAMP)
	@WHYFAIL="$$PWD/$(RELEASE)" RUNS=$(RUNS) Benchmarks/compare.sh
	@WHYFAIL="$$PWD/$(RELEASE)" Benchmarks/memory.sh

# Writes recording.jsonl and report.txt of each case whose live run meets its expectation; then says
# how many causes come first, and how often a claim of so much confidence is right.
.PHONY: corpus
corpus: swift-present test-packages
	swift build --quiet --build-tests
	WHYFAIL_RECORD=1 swift test --skip-build --disable-xctest --filter 'EndToEndTests.LiveCorpusTests'
	swift test --skip-build --disable-xctest --filter 'EndToEndTests.CorpusScoreTests'
