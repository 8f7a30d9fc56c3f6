# versed: `make deps run` ends with a poem transformed, `make deps check` runs
# all tests.  README.md says the rest.

VERSION    = 1.0
PREFIX     = /usr/local
SBINDIR    = $(PREFIX)/sbin
BINDIR     = $(PREFIX)/bin
LIBEXECDIR = $(PREFIX)/libexec
MANDIR     = $(PREFIX)/share/man
UNITDIR    = $(PREFIX)/lib/systemd/system
COMPDIR    = $(PREFIX)/share/bash-completion/completions

CC         = cc
HANDLER_CC = musl-gcc
CFLAGS     = -O2 -g
LDFLAGS    =

B        = build
WARN     = -Wall -Wextra -Wpedantic -Wshadow -Wconversion
REQUIRED = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Isrc $(WARN) \
	-ffunction-sections -fdata-sections

# What faces strangers is one static file; musl lacks the kernel's headers.
MULTIARCH       = $(shell $(CC) -print-multiarch)
KERNEL_HEADERS  = -idirafter /usr/include -idirafter /usr/include/$(MULTIARCH)
HANDLER_FLAGS   = $(REQUIRED) $(if $(findstring musl,$(HANDLER_CC)),$(KERNEL_HEADERS))
# Fewer pages and mappings: a one-shot process pays for each.
HANDLER_LDFLAGS = $(if $(findstring musl,$(HANDLER_CC)),-static) \
	-Wl,--gc-sections -Wl,-z,noseparate-code

# A room's objects; B/handler is for the programs that face strangers.
room = $(patsubst src/%.c,$B/$1/%.o,$(wildcard $(2:%=src/%/*.c)))

SERVED       = service transforms wire host
VERSED_OBJS  = $(call room,handler,versed $(SERVED))
CGI_OBJS     = $(call room,handler,cgi $(SERVED))
POOL_OBJS    = $(call room,cc,pool host)
VERSIFY_OBJS = $(call room,cc,versify wire host)

PROGRAMS = $B/versed $B/versed.cgi $B/versed-pool $B/versify

all: $(PROGRAMS)

$B/versed: $(VERSED_OBJS)
$B/versed.cgi: $(CGI_OBJS)
$B/versed $B/versed.cgi:
	$(HANDLER_CC) $(HANDLER_LDFLAGS) $(LDFLAGS) -o $@ $^

$B/versed-pool: $(POOL_OBJS)
	$(CC) -Wl,--gc-sections $(LDFLAGS) -o $@ $^ -lsystemd

$B/versify: $(VERSIFY_OBJS)
	$(CC) -Wl,--gc-sections $(LDFLAGS) -o $@ $^

HEADERS = $(wildcard src/*/*.h)

$B/handler/%.o: src/%.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(HANDLER_CC) $(HANDLER_FLAGS) $(CFLAGS) -c -o $@ $<

$B/cc/%.o: src/%.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) -c -o $@ $<

# A poem through the real binary: over a pipe, then over TCP.
run: all
	@tests/lib/run-sample $B/versed

# Packages of Debian 12: what building and running need, and what testing
# needs on top.
BUILD_PACKAGES = gcc libc6-dev libsystemd-dev musl-tools systemd
CHECK_PACKAGES = apache2-bin bats bats-assert bats-file bats-support \
	chromium chromium-driver clang clang-format cppcheck curl fcgiwrap \
	gnuplot-nox haproxy iproute2 ipsvd libunistring-dev lighttpd mandoc \
	ncat netbase netcat-openbsd netcat-traditional nginx-light parallel \
	procps python3 python3-twisted shellcheck socat strace ucspi-tcp unicode-data
EVIDENCE_PACKAGES = cvc4 frama-c-base gcovr libclang-rt-14-dev valgrind why3 z3
# What the inetds need that tests/lib/get-inetds unpacks.
INETD_PACKAGES = libbsd0 libevent-2.1-7 libnsl2 libtirpc3 libwrap0

deps:
	@tests/lib/install-packages $(BUILD_PACKAGES)
check-deps:
	@tests/lib/install-packages $(BUILD_PACKAGES) $(CHECK_PACKAGES) \
		$(EVIDENCE_PACKAGES) $(INETD_PACKAGES)
	@tests/lib/get-inetds

# Unit tests: tests/unit/NAME.c is linked with the sources that UNIT_NAME
# names, once plainly and once under the sanitizers.
UNIT_HEADERS      = $(wildcard tests/unit/*.h)
UNIT_TESTS        = $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
UNIT_netstring    = src/wire/netstring.c
UNIT_request      = src/wire/request.c
UNIT_web          = src/cgi/request.c src/cgi/form.c
UNIT_page         = src/cgi/page.c src/cgi/header.c
UNIT_children     = src/service/children.c
UNIT_transforms   = $(wildcard $(SERVED:%=src/%/*.c))
UNIT_casemap      = $(UNIT_transforms)
UNIT_filter       = $(UNIT_transforms)
UNIT_program      = $(UNIT_transforms)
UNIT_refusals     = $(UNIT_transforms)
UNIT_spawn        = $(UNIT_transforms)
UNIT_LIBS_casemap = -lunistring
SANITIZE          = -fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_RUNS         = $(UNIT_TESTS:%=$B/unit/%) $(UNIT_TESTS:%=$B/unit/%-sanitized)

UNIT_OBJS         = $(UNIT_$2:src/%.c=$B/$1/%.o)

$B/sanitized/%.o: src/%.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) $(SANITIZE) -c -o $@ $<

$B/unit/%-sanitized.o: tests/unit/%.c $(UNIT_HEADERS) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) $(SANITIZE) -Itests/unit -c -o $@ $<

$B/unit/%.o: tests/unit/%.c $(UNIT_HEADERS) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) -Itests/unit -c -o $@ $<

.SECONDARY:
.SECONDEXPANSION:
$B/unit/%-sanitized: $B/unit/%-sanitized.o $$(call UNIT_OBJS,sanitized,$$*)
	$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(UNIT_LIBS_$*)

$B/unit/%: $B/unit/%.o $$(call UNIT_OBJS,cc,$$*)
	$(CC) -Wl,--gc-sections $(LDFLAGS) -o $@ $^ $(UNIT_LIBS_$*)

# The service as a library for Python to load.
$B/unit/casemap.so: $(UNIT_casemap) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) -shared -fPIC -o $@ $(UNIT_casemap)

# It replaces system calls in x86-64's registers.
PROBES = $(if $(findstring x86_64,$(MULTIARCH)),$B/probe/sandbox $B/probe/fault)

$B/probe/%: tests/probe/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) $(LDFLAGS) -o $@ $<

check-programs: all $(UNIT_RUNS) $B/unit/casemap.so $B/bench/load $(PROBES) \
	$B/enumerate/reader

check: check-programs
	@tests/lib/needs bats mandoc python3 shellcheck strace
	@tests/lib/run $(UNIT_RUNS) -- tests/*.bats

# Proofs, and every short string; tests/proof/README, tests/enumerate.
prove:
	@tests/lib/needs frama-c why3 cvc4 z3
	@tests/proof/prove $(abspath $B)

$B/enumerate/reader: tests/enumerate/reader.c src/wire/netstring.c \
		tests/unit/unit.h $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) -Itests/unit $(LDFLAGS) -o $@ \
		$(filter %.c,$^)

enumerate: $B/enumerate/reader
	@/usr/bin/python3 tests/enumerate/specification $B/enumerate/reader

# Fuzzing: libFuzzer for SECONDS on each target, found inputs kept in build/;
# `make fuzz-afl` has AFL++ run the same targets.
SECONDS     = 60
FUZZ_reader  = $(UNIT_netstring) $(UNIT_request)
FUZZ_service = $(UNIT_transforms)
FUZZ_cgi     = $(UNIT_web) $(UNIT_page)
FUZZ_reply   = src/versify/exchange.c src/host/io.c $(UNIT_netstring)
FUZZ_TARGETS = reader service cgi reply
FUZZ_CC      = clang
AFL_CC       = afl-clang-fast

$B/fuzz/%: tests/fuzz/%.c tests/fuzz/property.h $(HEADERS) $$(FUZZ_$$*) Makefile
	@mkdir -p $(@D)
	$(FUZZ_CC) $(REQUIRED) $(CFLAGS) -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $(filter %.c,$^)

$B/afl/%: tests/fuzz/%.c tests/fuzz/property.h $(HEADERS) $$(FUZZ_$$*) Makefile
	@mkdir -p $(@D)
	$(AFL_CC) $(REQUIRED) $(CFLAGS) -fsanitize=fuzzer -o $@ $(filter %.c,$^)

fuzz: $(FUZZ_TARGETS:%=$B/fuzz/%)
	@tests/fuzz/run $B $(SECONDS) $(FUZZ_TARGETS)
fuzz-afl: $(FUZZ_TARGETS:%=$B/afl/%)
	@tests/fuzz/run-afl $B $(SECONDS) $(FUZZ_TARGETS)

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
SCRIPTS = .ci/run $(shell grep -rlE '^\#!/bin/(ba)?sh' tests)

# What tests/instrumented/run says.
PLACES = -DPROGRAM='""' -DREPORTS='""'

lint:
	@tests/lib/needs clang clang-format cppcheck gcc mandoc shellcheck
	for c in $(SOURCES); do \
		gcc $(REQUIRED) $(PLACES) -Itests/unit -Werror -fsyntax-only $$c && \
		clang $(REQUIRED) $(PLACES) -Itests/unit -Werror -fsyntax-only $$c || \
		exit 1; done
	clang-format --dry-run -Werror $(SOURCES) $(HEADERS) tests/unit/*.h
	cppcheck --quiet --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability --std=c11 -Isrc \
		-Itests/unit -D__x86_64__ -D__LP64__ $(PLACES) $(SOURCES)
	shellcheck $(SCRIPTS) tests/lib/*.bash tests/*.bats
	tests/lib/lint-manuals man/*

# What it costs, beside other servers; writes tests/bench/results.*
BENCH = bare floor load start versed-libsystemd
bench: all $(BENCH:%=$B/bench/%) $B/unit/casemap.so
	@tests/lib/needs gnuplot python3 tcpserver
	@tests/lib/get-inetds
	@tests/bench/run $(BENCH_ROUNDS) $(BENCH_SECONDS)

$B/bench/versed-libsystemd: tests/bench/with-libsystemd.c \
		$(VERSED_OBJS:$B/handler/%.o=src/%.c) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^) -lsystemd

$B/bench/floor: tests/bench/floor.c Makefile
	@mkdir -p $(@D)
	$(CC) -O2 -static -nostdlib -ffreestanding -o $@ $<

# What the benchmark measures with; tests of the pool load it so.
$B/bench/%: tests/bench/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) $(LDFLAGS) -o $@ $<

# What is installed; uninstall removes exactly this.
BIN_PROGRAMS  = versify
SBIN_PROGRAMS = versed versed-pool
CGI_PROGRAMS  = versed.cgi
MAN1          = versify.1
MAN7          = versed-protocol.7
MAN8          = versed.8 versed-pool.8 versed.cgi.8
UNITS         = versed.socket versed@.service versed-pool.socket \
	versed-pool.service
INSTALLED     = $(BIN_PROGRAMS:%=$(BINDIR)/%) $(SBIN_PROGRAMS:%=$(SBINDIR)/%) \
	$(CGI_PROGRAMS:%=$(LIBEXECDIR)/%) $(MAN1:%=$(MANDIR)/man1/%) \
	$(MAN7:%=$(MANDIR)/man7/%) $(MAN8:%=$(MANDIR)/man8/%) \
	$(UNITS:%=$(UNITDIR)/%) $(COMPDIR)/versify

# The units name the programs where they are installed.
install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(SBINDIR) \
		$(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(MANDIR)/man1 \
		$(DESTDIR)$(MANDIR)/man7 $(DESTDIR)$(MANDIR)/man8 \
		$(DESTDIR)$(UNITDIR) $(DESTDIR)$(COMPDIR)
	install $(BIN_PROGRAMS:%=$B/%) $(DESTDIR)$(BINDIR)
	install $(SBIN_PROGRAMS:%=$B/%) $(DESTDIR)$(SBINDIR)
	install $(CGI_PROGRAMS:%=$B/%) $(DESTDIR)$(LIBEXECDIR)
	install -m 644 $(MAN1:%=man/%) $(DESTDIR)$(MANDIR)/man1
	install -m 644 $(MAN7:%=man/%) $(DESTDIR)$(MANDIR)/man7
	install -m 644 $(MAN8:%=man/%) $(DESTDIR)$(MANDIR)/man8
	install -m 644 src/versify/completion.bash $(DESTDIR)$(COMPDIR)/versify
	for unit in $(UNITS); do \
		sed 's,/usr/local/sbin,$(SBINDIR),g' systemd/$$unit | \
			install -m 644 /dev/stdin $(DESTDIR)$(UNITDIR)/$$unit || \
			exit; \
	done

uninstall:
	rm -f $(INSTALLED:%=$(DESTDIR)%)

list-installed:
	@echo $(INSTALLED)

clean:
	rm -rf $B

.PHONY: all bench check check-deps check-programs clean deps enumerate faults \
	fuzz fuzz-afl install lint list-installed mutants prove run uninstall \
	$(INSTRUMENTED)
