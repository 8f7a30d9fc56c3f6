# versed: `make deps run` ends with a poem transformed, `make deps check` runs
# all tests.  README.md says the rest.

VERSION    = 1.0
PREFIX     = /usr/local
SBINDIR    = $(PREFIX)/sbin
BINDIR     = $(PREFIX)/bin
LIBEXECDIR = $(PREFIX)/libexec
MANDIR     = $(PREFIX)/share/man
UNITDIR    = $(PREFIX)/lib/systemd/system

CC         = cc
HANDLER_CC = musl-gcc
CFLAGS     = -O2 -g
LDFLAGS    =

B        = build
WARN     = -Wall -Wextra -Wpedantic -Wshadow -Wconversion
REQUIRED = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Isrc $(WARN)

# What faces strangers is one static file; musl lacks the kernel's headers.
MULTIARCH       = $(shell $(CC) -print-multiarch)
KERNEL_HEADERS  = -idirafter /usr/include -idirafter /usr/include/$(MULTIARCH)
HANDLER_FLAGS   = $(REQUIRED) $(if $(findstring musl,$(HANDLER_CC)),$(KERNEL_HEADERS))
HANDLER_LDFLAGS = $(if $(findstring musl,$(HANDLER_CC)),-static)

WIRE    = netstring request
SERVICE = service transforms casemap casemap-table utf8
HOST    = endpoint io log options sandbox

HANDLER_OBJS = $(WIRE:%=$B/handler/wire/%.o) \
	$(SERVICE:%=$B/handler/service/%.o) $(HOST:%=$B/handler/host/%.o) \
	$B/handler/session.o

PROGRAMS = $B/versed

all: $(PROGRAMS)

$B/versed: $B/handler/versed.o $(HANDLER_OBJS)
	$(HANDLER_CC) $(HANDLER_LDFLAGS) $(LDFLAGS) -o $@ $^

HEADERS = $(wildcard src/*.h src/*/*.h)

$B/handler/%.o: src/%.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(HANDLER_CC) $(HANDLER_FLAGS) $(CFLAGS) -c -o $@ $<

# The unit tests, with the host's compiler, and a library for Python to load.
SERVICE_UNITS  = transforms casemap
UNIT_TESTS     = $(SERVICE_UNITS:%=$B/unit/%)
SERVICE_SOURCE = $(SERVICE:%=src/service/%.c)
UNIT_CC        = $(CC) $(REQUIRED) -Itests/unit $(CFLAGS)

$B/unit/casemap: UNIT_LIBS = -lunistring
$(SERVICE_UNITS:%=$B/unit/%): $B/unit/%: tests/unit/%.c tests/unit/unit.h \
		$(SERVICE_SOURCE) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(UNIT_CC) $(LDFLAGS) -o $@ $< $(SERVICE_SOURCE) $(UNIT_LIBS)

$B/unit/casemap.so: $(SERVICE_SOURCE) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(UNIT_CC) -shared -fPIC $(LDFLAGS) -o $@ $(SERVICE_SOURCE)

# What is installed; uninstall removes exactly this.
SBIN_PROGRAMS = versed
MAN8          = versed.8
UNITS         = versed.socket versed@.service
INSTALLED     = $(SBIN_PROGRAMS:%=$(SBINDIR)/%) $(MAN8:%=$(MANDIR)/man8/%) \
	$(UNITS:%=$(UNITDIR)/%)

# The units name the programs where they are installed.
install: all
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(MANDIR)/man8 \
		$(DESTDIR)$(UNITDIR)
	install $(SBIN_PROGRAMS:%=$B/%) $(DESTDIR)$(SBINDIR)
	install -m 644 $(MAN8:%=man/%) $(DESTDIR)$(MANDIR)/man8
	for unit in $(UNITS); do \
		sed 's,/usr/local/sbin,$(SBINDIR),' systemd/$$unit | \
			install -m 644 /dev/stdin $(DESTDIR)$(UNITDIR)/$$unit || \
			exit; \
	done

uninstall:
	rm -f $(INSTALLED:%=$(DESTDIR)%)

list-installed:
	@echo $(INSTALLED)

clean:
	rm -rf $B

.PHONY: all install uninstall list-installed clean
