# What is built, run and installed; tests/check.mk has the tests.  `make deps
# run` ends with a poem transformed, `make check-deps check` runs all tests.

VERSION    = 2.0
PREFIX     = /usr/local
SBINDIR    = $(PREFIX)/sbin
BINDIR     = $(PREFIX)/bin
LIBEXECDIR = $(PREFIX)/libexec
MANDIR     = $(PREFIX)/share/man
UNITDIR    = $(PREFIX)/lib/systemd/system
COMPDIR    = $(PREFIX)/share/bash-completion/completions

CC         = cc
HANDLER_CC = musl-gcc
VERSIFY_CC = $(CC)
CFLAGS     = -O2 -g -D_FORTIFY_SOURCE=2
LDFLAGS    =

B        = build
DIST     = versed-$(VERSION)
WARN     = -Wall -Wextra -Wpedantic -Wshadow -Wconversion
# The last: that the same bytes come of it in every folder.
REQUIRED = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
	-DSBINDIR='"$(SBINDIR)"' -Isrc $(WARN) -ffunction-sections \
	-fdata-sections -fdebug-prefix-map=$(CURDIR)=. -fPIE \
	-fstack-protector-strong -fstack-clash-protection
HARDENED_LDFLAGS = -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now

# What faces strangers is one static file; musl lacks the kernel's headers.
# Looked at once, when first needed: that is after `make deps`.
MULTIARCH       = $(eval MULTIARCH := $(shell $(CC) -print-multiarch))$(MULTIARCH)
KERNEL_HEADERS  = -idirafter /usr/include -idirafter /usr/include/$(MULTIARCH)
HANDLER_FLAGS   = $(REQUIRED) $(if $(MUSL),$(KERNEL_HEADERS))
VERSIFY_FLAGS   = $(REQUIRED) $(if $(findstring musl,$(VERSIFY_CC)),$(KERNEL_HEADERS))
# musl-gcc cannot link what is static and can be anywhere in memory.
MUSL            = $(eval MUSL := $(shell $(HANDLER_CC) -v 2>&1 | \
	sed -n 's,^Reading specs from \(.*\)/musl-gcc.specs$$,\1,p'))$(MUSL)
HANDLER_LINK    = $(if $(MUSL),$(CC) -nostdlib -static-pie $(MUSL)/rcrt1.o \
	$(MUSL)/crti.o,$(HANDLER_CC))
HANDLER_LIBS    = $(if $(MUSL),$(MUSL)/libc.a -lgcc $(MUSL)/libc.a $(MUSL)/crtn.o)

# A room's objects; B/handler is for the programs that face strangers.
room = $(patsubst src/%.c,$B/$1/%.o,$(wildcard $(2:%=src/%/*.c)))

SERVED       = service transforms wire host
VERSED_OBJS  = $(call room,handler,versed $(SERVED))
CGI_OBJS     = $(call room,handler,cgi $(SERVED)) $B/handler/page-parts.o
POOL_OBJS    = $(call room,cc,pool host)
VERSIFY_OBJS = $(call room,client,versify wire host)

PROGRAMS = $B/versed $B/versed.cgi $B/versed-pool $B/versify

# What all is made by; under -j, too, after the packages for it are installed.
FIRST = $(filter deps check-deps,$(MAKECMDGOALS))
RULES = Makefile | $(FIRST)

all: $(PROGRAMS)

$B/versed: $(VERSED_OBJS)
$B/versed.cgi: $(CGI_OBJS)
$B/versed $B/versed.cgi:
	$(HANDLER_LINK) $(HARDENED_LDFLAGS) $(LDFLAGS) -o $@ $^ $(HANDLER_LIBS)

$B/versed-pool: $(POOL_OBJS)
	$(CC) -fPIE -pie $(HARDENED_LDFLAGS) $(LDFLAGS) -o $@ $^ -lsystemd

$B/versify: $(VERSIFY_OBJS)
	$(VERSIFY_CC) $(if $(findstring musl,$(VERSIFY_CC)),-static,-fPIE -pie) \
		$(HARDENED_LDFLAGS) $(LDFLAGS) -o $@ $^

HEADERS = $(wildcard src/*/*.h)

$B/handler/%.o: src/%.c $(HEADERS) $(RULES)
	@mkdir -p $(@D)
	$(HANDLER_CC) $(HANDLER_FLAGS) $(CFLAGS) -c -o $@ $<

$B/client/%.o: src/%.c $(HEADERS) $(RULES)
	@mkdir -p $(@D)
	$(VERSIFY_CC) $(VERSIFY_FLAGS) $(CFLAGS) -c -o $@ $<

$B/cc/%.o: src/%.c $(HEADERS) $(RULES)
	@mkdir -p $(@D)
	$(CC) $(REQUIRED) $(CFLAGS) -c -o $@ $<

# The page's HTML and style sheet, and the hash by which its policy names this.
$B/page-parts.c: src/cgi/embed src/cgi/page.html src/cgi/page.css $(RULES)
	@mkdir -p $(@D)
	$< >$@

$B/handler/page-parts.o: $B/page-parts.c
	@mkdir -p $(@D)
	$(HANDLER_CC) $(HANDLER_FLAGS) $(CFLAGS) -c -o $@ $<

# A poem through the real binary: over a pipe, then over TCP.
run: all | $(FIRST)
	@tests/lib/run-sample $B/versed

# Debian's packages that building and running need.
BUILD_PACKAGES = gcc libc6-dev libsystemd-dev musl-tools systemd

deps:
	@tests/lib/install-packages $(BUILD_PACKAGES)

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

# Units and manuals name the programs where they are installed.
AT_HOME = sed -e 's,/usr/local/sbin,$(SBINDIR),g' \
	-e 's,/usr/local/libexec,$(LIBEXECDIR),g' \
	-e 's,/usr/local/lib/systemd/system,$(UNITDIR),g' \
	$(if $(filter yes,$(POLL_LIMIT)),-e '/^\# Past its trigger/iPollLimitIntervalSec=0')
# Where systemd would not look at a socket for two seconds when asked often.
POLL_LIMIT = $(shell v=$$(systemctl --version 2>/dev/null | sed 's/[^ ]* *//; s/[^0-9].*//; q'); \
	[ "$${v:-0}" -ge 255 ] && echo yes || echo no)

# put MODE FILE DIRECTORY NAME: never less than the whole file has the name.
PUT = put() { \
	new="$$DESTDIR$$3/.$$4.new"; \
	install -d "$$DESTDIR$$3" && \
	if [ $$1 = 755 ]; then install "$$2" "$$new"; \
	else $(AT_HOME) "$$2" | install -m 644 /dev/stdin "$$new"; fi && \
	mv -f "$$new" "$$DESTDIR$$3/$$4" || exit; }
export DESTDIR

install: all
	umask 022; $(PUT); \
	for p in $(BIN_PROGRAMS); do put 755 $B/$$p $(BINDIR) $$p; done; \
	for p in $(SBIN_PROGRAMS); do put 755 $B/$$p $(SBINDIR) $$p; done; \
	for p in $(CGI_PROGRAMS); do put 755 $B/$$p $(LIBEXECDIR) $$p; done; \
	put 644 src/versify/completion.bash $(COMPDIR) versify; \
	for page in $(MAN1) $(MAN7) $(MAN8); do \
		put 644 man/$$page $(MANDIR)/man$${page##*.} $$page; done; \
	for unit in $(UNITS); do put 644 systemd/$$unit $(UNITDIR) $$unit; done

uninstall:
	for file in $(INSTALLED); do rm -f "$$DESTDIR$$file"; done

list-installed:
	@echo $(INSTALLED)

# What is committed, as the same bytes wherever it is made.
dist:
	@mkdir -p $B
	git -c core.autocrlf=false -c tar.umask=022 archive \
		--prefix=$(DIST)/ -o $B/$(DIST).tar HEAD
	gzip -9fn $B/$(DIST).tar

# Debian's package, of a copy of what is here: $B/deb/versed_*.deb.
deb:
	rm -rf $B/deb
	mkdir -p $B/deb/$(DIST)
	tar -c --exclude=./.git --exclude=./build \
		--exclude=./$(patsubst $(CURDIR)/%,%,$(abspath $B)) . | \
		tar -x --no-same-permissions -C $B/deb/$(DIST)
	cd $B/deb/$(DIST) && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS \
		dpkg-buildpackage -b -us -uc

clean:
	rm -rf $B

.PHONY: all clean deb deps dist install list-installed run uninstall

-include tests/check.mk
