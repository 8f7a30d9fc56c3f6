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
compile = mkdir -p $(@D) && $1 $(CFLAGS) -c -o $@ $<

$B/handler/%.o: src/%.c $(HEADERS) $(RULES)
	$(call compile,$(HANDLER_CC) $(HANDLER_FLAGS))

$B/client/%.o: src/%.c $(HEADERS) $(RULES)
	$(call compile,$(VERSIFY_CC) $(VERSIFY_FLAGS))

$B/cc/%.o: src/%.c $(HEADERS) $(RULES)
	$(call compile,$(CC) $(REQUIRED))

# The page's HTML and style sheet, and the hash by which its policy names this.
$B/page-parts.c: src/cgi/embed src/cgi/page.html src/cgi/page.css $(RULES)
	@mkdir -p $(@D)
	$< >$@

$B/handler/page-parts.o: $B/page-parts.c
	$(call compile,$(HANDLER_CC) $(HANDLER_FLAGS))

# A poem through the real binary: over a pipe, then over TCP.
run: all | $(FIRST)
	@tests/lib/run-sample $B/versed

BUILD_PACKAGES = gcc libc6-dev libsystemd-dev musl-tools systemd
deps:
	@tests/lib/install-packages $(BUILD_PACKAGES)

# What is installed, as PLACE=FILE; uninstall removes exactly this.
TO_INSTALL = $(BINDIR)/versify=$B/versify $(SBINDIR)/versed=$B/versed \
	$(SBINDIR)/versed-pool=$B/versed-pool \
	$(LIBEXECDIR)/versed.cgi=$B/versed.cgi \
	$(COMPDIR)/versify=src/versify/completion.bash \
	$(foreach m,$(wildcard man/*.[178]),$(MANDIR)/man$(subst .,,$(suffix $m))/$(notdir $m)=$m) \
	$(foreach unit,$(wildcard systemd/versed*),$(UNITDIR)/$(notdir $(unit))=$(unit))
INSTALLED = $(foreach place,$(TO_INSTALL),$(firstword $(subst =, ,$(place))))

# Units and manuals name the programs where they are installed.
AT_HOME = sed -e 's,/usr/local/sbin,$(SBINDIR),g' \
	-e 's,/usr/local/libexec,$(LIBEXECDIR),g' \
	-e 's,/usr/local/lib/systemd/system,$(UNITDIR),g' \
	$(if $(filter yes,$(POLL_LIMIT)),-e '/^\# Past its trigger/iPollLimitIntervalSec=0')
# Where systemd would not look at a socket for two seconds when asked often.
POLL_LIMIT = $(shell systemctl --version 2>/dev/null | \
	awk 'NR == 1 && $$2 + 0 >= 255 { print "yes" }')

# Never has less than the whole file its name.
export DESTDIR
install: all
	umask 022; for place in $(TO_INSTALL); do \
		file=$${place#*=} to=$$DESTDIR$${place%%=*}; \
		new=$${to%/*}/.$${to##*/}.new; \
		mkdir -p "$${to%/*}" && \
		case $$file in \
		$B/*) install "$$file" "$$new" ;; \
		*) $(AT_HOME) "$$file" | install -m 644 /dev/stdin "$$new" ;; \
		esac && \
		mv -f "$$new" "$$to" || exit; done

uninstall:
	for file in $(INSTALLED); do rm -f "$$DESTDIR$$file"; done

list-installed:
	@echo $(INSTALLED)

clean:
	rm -rf $B

.PHONY: all clean deps install list-installed run uninstall

-include tests/check.mk debian/package.mk
