# What the Makefile includes: the released tarball and Debian's package.
DIST = versed-$(VERSION)

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

.PHONY: deb dist
