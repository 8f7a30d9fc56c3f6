# What the Makefile includes: the tests, the benchmark and the evidence.
# tests/README says what each target shows.

CHECK_RULES = tests/check.mk $(RULES)

# What testing needs of Debian 12 and 13 beside BUILD_PACKAGES.
CHECK_PACKAGES = apache2-bin bats bats-assert bats-file bats-support blhc \
	build-essential chromium chromium-driver clang clang-format cmark cppcheck \
	curl daemontools debhelper devscripts fcgiwrap firefox-esr fortunes-bg fortunes-cs fortunes-de \
	fortunes-es fortunes-pl fortunes-ru git gnuplot-nox haproxy iproute2 ipsvd libunistring-dev \
	lighttpd lintian mandoc ncat netbase netcat-openbsd netcat-traditional \
	openssh-client openssh-server openssl supervisor \
	nginx-light parallel pkgconf podman procps python3 python3-icu python3-twisted \
	shellcheck socat strace stunnel4 ucspi-tcp unicode-data \
	golang-go nodejs perl php-cli vim-tiny
# Beside them, for what `make check` does not run, where Debian has them.
EVIDENCE_PACKAGES = cvc4 debootstrap frama-c-base gcovr libclang-rt-14-dev \
	spin systemd-dev valgrind why3 z3
# What the inetds need that tests/lib/get-inetds unpacks.
INETD_PACKAGES = libbsd0 libevent-2.1-7 libnsl2 libtirpc3 libwrap0

check-deps: | $(filter deps,$(FIRST))
	@tests/lib/install-packages $(BUILD_PACKAGES) $(CHECK_PACKAGES) \
		$(INETD_PACKAGES) -- $(EVIDENCE_PACKAGES)
	@tests/lib/get-inetds
	@tests/lib/get-axe

# Unit tests: tests/unit/NAME.c is linked with the sources that UNIT_NAME
# names, once plainly and once under the sanitizers.
UNIT_HEADERS      = $(wildcard tests/unit/*.h)
UNIT_TESTS        = $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
UNIT_netstring    = $(wildcard src/wire/*.c)
UNIT_web          = src/cgi/request.c src/cgi/form.c
UNIT_page         = src/cgi/page.c src/cgi/response.c $B/page-parts.c \
	$(UNIT_transforms)
UNIT_printable    = src/host/printable.c
UNIT_process      = $(UNIT_transforms)
UNIT_transforms   = $(wildcard $(SERVED:%=src/%/*.c))
UNIT_casemap      = $(UNIT_transforms)
UNIT_liars        = $(filter-out %/transforms.c,$(UNIT_transforms))
UNIT_filter       = $(UNIT_transforms)
UNIT_program      = $(UNIT_transforms)
UNIT_refusals     = $(UNIT_transforms)
UNIT_spawn        = $(UNIT_transforms)
UNIT_LIBS_casemap = -lunistring
# They see what is logged.
UNIT_LIBS_filter  = -Wl,--wrap=log_filter_line
UNIT_LIBS_program  = $(UNIT_LIBS_filter)
UNIT_LIBS_refusals = $(UNIT_LIBS_filter)
UNIT_LIBS_spawn    = $(UNIT_LIBS_filter)
SANITIZE          = -fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_RUNS         = $(UNIT_TESTS:%=$B/unit/%) $(UNIT_TESTS:%=$B/unit/%-sanitized)

UNIT_OBJS         = $(UNIT_$2:src/%.c=$B/$1/%.o)

$B/sanitized/%.o: src/%.c $(HEADERS) $(CHECK_RULES)
	$(call compile,$(CC) $(REQUIRED) $(SANITIZE))

$B/unit/%-sanitized.o: tests/unit/%.c $(UNIT_HEADERS) $(HEADERS) $(CHECK_RULES)
	$(call compile,$(CC) $(REQUIRED) $(SANITIZE) -Itests/unit)

$B/unit/%.o: tests/unit/%.c $(UNIT_HEADERS) $(HEADERS) $(CHECK_RULES)
	$(call compile,$(CC) $(REQUIRED) -Itests/unit)

.SECONDARY:
.SECONDEXPANSION:
$(UNIT_TESTS:%=$B/unit/%-sanitized): $B/unit/%-sanitized: \
		$B/unit/%-sanitized.o $$(call UNIT_OBJS,sanitized,$$*)
	$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(UNIT_LIBS_$*)

$(UNIT_TESTS:%=$B/unit/%): $B/unit/%: $B/unit/%.o $$(call UNIT_OBJS,cc,$$*)
	$(CC) -Wl,--gc-sections $(LDFLAGS) -o $@ $^ $(UNIT_LIBS_$*)

# The service as a library for Python to load.
$B/unit/casemap.so: $(UNIT_casemap) $(HEADERS) $(CHECK_RULES)
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) -shared -fPIC -o $@ $(UNIT_casemap)

# They look at, or replace, what is in x86-64's registers.
PROBES = $(if $(filter x86_64,$(shell uname -m)),\
	$(patsubst tests/%.c,$B/%,$(wildcard tests/probe/*.c)))

$B/probe/%: tests/probe/%.c $(CHECK_RULES)
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) $(LDFLAGS) -o $@ $<

check-programs: all $(UNIT_RUNS) $B/unit/casemap.so $B/bench/load $(PROBES) \
	$B/enumerate/reader

check: check-programs | $(FIRST)
	@tests/lib/needs bats mandoc python3 shellcheck strace
	@tests/lib/run $(UNIT_RUNS) -- tests/*.bats

# The README's two commands on a bare Debian 13.
check-trixie:
	@tests/lib/needs debootstrap git unshare
	@tests/lib/on-debian trixie sh -c './try && ./try check'

# The programs on an arm64 processor, an emulated one; it installs what it needs.
ARM64_PACKAGES = cpio gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-system-arm
check-arm64: all
	@tests/lib/install-packages $(ARM64_PACKAGES)
	@tests/arm64/run $(abspath $B)/arm64

# Proofs, and every short string; tests/proof/README, tests/enumerate.
prove:
	@tests/lib/needs frama-c why3 cvc4 z3
	@tests/proof/prove $(abspath $B)

$B/enumerate/reader: tests/enumerate/reader.c src/wire/netstring.c \
		tests/unit/unit.h $(HEADERS) $(CHECK_RULES)
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) -Itests/unit $(LDFLAGS) -o $@ \
		$(filter %.c,$^)

enumerate: $B/enumerate/reader
	@/usr/bin/python3 tests/enumerate/specification $B/enumerate/reader

# Fuzzing: libFuzzer for SECONDS on each target, found inputs kept in build/;
# `make fuzz-afl` has AFL++ run the same targets.
SECONDS     = 60
FUZZ_reader  = $(UNIT_netstring)
FUZZ_service = $(UNIT_transforms)
FUZZ_cgi     = $(UNIT_web) $(UNIT_page)
FUZZ_reply   = src/versify/exchange.c src/host/log.c src/host/printable.c \
	$(UNIT_netstring)
FUZZ_datagram = $(UNIT_transforms) src/versed/session.c
FUZZ_TARGETS = reader service cgi reply datagram
FUZZ_CC      = clang
AFL_CC       = afl-clang-fast

$B/fuzz/%: tests/fuzz/%.c tests/fuzz/property.h $(HEADERS) $$(FUZZ_$$*) $(CHECK_RULES)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(REQUIRED) $(CFLAGS) -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $(filter %.c,$^)

$B/afl/%: tests/fuzz/%.c tests/fuzz/property.h $(HEADERS) $$(FUZZ_$$*) $(CHECK_RULES)
	@mkdir -p $(@D)
	$(AFL_CC) $(REQUIRED) $(CFLAGS) -fsanitize=fuzzer -o $@ $(filter %.c,$^)

fuzz: $(FUZZ_TARGETS:%=$B/fuzz/%)
	@tests/fuzz/run $B $(SECONDS) $(FUZZ_TARGETS)
fuzz-afl: $(FUZZ_TARGETS:%=$B/afl/%)
	@tests/fuzz/run-afl $B $(SECONDS) $(FUZZ_TARGETS)

# Every state of a model of the pool.
model:
	@tests/lib/needs gcc spin
	@tests/model/check $B

# What takes long to go wrong; an hour of it.
soak: all $B/bench/load
	@tests/soak $B

# Every system call fails in every way, once.
faults: all $(PROBES)
	@/usr/bin/python3 tests/faults/campaign $B

# The code changed in every small way: which changes does no test notice?
# Every SAMPLEth of them is tried, or those that MUTANTS names.
SAMPLE  = 1
MUTANTS =
WORKERS = 2
mutants:
	@tests/lib/needs bats gcc ip musl-gcc python3 unshare
	@/usr/bin/python3 tests/mutation/campaign -j $(WORKERS) -s $(SAMPLE) \
		$(MUTANTS)

# All tests on programs that are built to be looked into.
INSTRUMENTED = clang-sanitized coverage gcc-sanitized valgrind
$(INSTRUMENTED):
	@tests/lib/needs bats clang gcc gcovr python3 valgrind
	@tests/instrumented/run $(abspath $B) $@

# Warnings are errors here, with both compilers.
SOURCES = $(wildcard src/*/*.c tests/*/*.c)
SCRIPTS = .ci/run try $(shell grep -rlE '^\#!/bin/(ba)?sh' debian/tests src tests)

# What tests/instrumented/run says.
MACROS = -DPROGRAM='""' -DREPORTS='""'

lint: all
	@tests/lib/needs clang clang-format cppcheck gcc hardening-check mandoc shellcheck
	for c in $(SOURCES); do \
		gcc $(REQUIRED) $(MACROS) -Itests/unit -Werror -fsyntax-only $$c && \
		clang $(REQUIRED) $(MACROS) -Itests/unit -Werror -fsyntax-only $$c || \
		exit 1; done
	clang-format --dry-run -Werror $(SOURCES) $(HEADERS) tests/unit/*.h
	cppcheck --quiet --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability --std=c11 -Isrc \
		-Itests/unit -D__x86_64__ -D__LP64__ $(MACROS) $(SOURCES)
	shellcheck $(SCRIPTS) tests/lib/*.bash tests/*.bats
	tests/lib/lint-manuals man/*
	tests/lib/lint-hardening $(PROGRAMS)

# What it costs, beside other servers; writes tests/bench/results.*, on a quiet
# machine or with FORCE=1.  OLD=COMMIT is another version to measure beside it.
OLD   =
BENCH = bare floor load start versed-libsystemd
GO_SERVER = $(if $(shell command -v go),$B/bench/go-server)
bench: all $(BENCH:%=$B/bench/%) $(GO_SERVER) $B/unit/casemap.so
	@tests/lib/needs gnuplot python3 tcpserver
	@tests/lib/get-inetds
	rm -rf $B/bench/old
	$(if $(OLD),mkdir $B/bench/old && git archive $(OLD) | \
		tar -x -C $B/bench/old && $(MAKE) -s -C $B/bench/old)
	@tests/bench/run $(BENCH_ROUNDS) $(BENCH_SECONDS)

$B/bench/versed-libsystemd: tests/bench/with-libsystemd.c \
		$(VERSED_OBJS:$B/handler/%.o=src/%.c) $(HEADERS) $(CHECK_RULES)
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^) -lsystemd

$B/bench/floor: tests/bench/floor.c $(CHECK_RULES)
	@mkdir -p $(@D)
	$(CC) -O2 -static -nostdlib -ffreestanding -o $@ $<

# The same in Go, where that is installed.
$B/bench/go-server: tests/bench/server.go $(CHECK_RULES)
	@mkdir -p $(@D)
	GOCACHE=$(abspath $B)/go go build -o $@ $<

# What the benchmark measures with; tests of the pool load it so.
$B/bench/%: tests/bench/%.c $(CHECK_RULES)
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) $(LDFLAGS) -o $@ $<

.PHONY: bench check check-arm64 check-deps check-programs check-trixie \
	enumerate faults fuzz fuzz-afl lint model mutants prove soak $(INSTRUMENTED)
