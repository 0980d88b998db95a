# Included by the Makefile: where everything goes, and the Debian packages.
SHARE = $(DESTDIR)$(PREFIX)/share
UNITDIR ?= $(PREFIX)/lib/systemd/system
PUT = install -D -m 644

install: all
	install -D -m 755 $B/tugi $(DESTDIR)$(PREFIX)/bin/tugi
	install -d -m 755 $(DESTDIR)$(PREFIX)/lib/tugi
	install -m 644 $(SO) $(DESTDIR)$(PREFIX)/lib/tugi
	$(PUT) $B/man/tugi.1 $(SHARE)/man/man1/tugi.1
	for s in bash zsh fish; do \
		$B/tugi --lang en completion $$s >$B/completion.$$s || exit 1; done
	$(PUT) $B/completion.bash $(SHARE)/bash-completion/completions/tugi
	$(PUT) $B/completion.zsh $(SHARE)/zsh/vendor-completions/_tugi
	$(PUT) $B/completion.fish $(SHARE)/fish/vendor_completions.d/tugi.fish
	install -d -m 755 $(SHARE)/tugi/policy
	install -m 644 schema/policy/* $(SHARE)/tugi/policy
	install -m 644 schema/policy.md schema/policy.schema.json $(SHARE)/tugi
	install -D -m 755 $B/tugid $(DESTDIR)$(PREFIX)/sbin/tugid
	$(PUT) $B/man/tugid.8 $(SHARE)/man/man8/tugid.8
	$(PUT) $B/man/tugid.conf.5 $(SHARE)/man/man5/tugid.conf.5
	sed 's:/usr/sbin:$(PREFIX)/sbin:' packaging/tugid.service >$B/tugid.service
	$(PUT) $B/tugid.service $(DESTDIR)$(UNITDIR)/tugid.service
	$(PUT) packaging/tugid.socket $(DESTDIR)$(UNITDIR)/tugid.socket
	sed 's:/usr/sbin:$(PREFIX)/sbin:' packaging/tugid-backup.service \
		>$B/tugid-backup.service
	$(PUT) $B/tugid-backup.service \
		$(DESTDIR)$(UNITDIR)/tugid-backup.service
	$(PUT) packaging/tugid-backup.timer \
		$(DESTDIR)$(UNITDIR)/tugid-backup.timer
	$(PUT) packaging/tugid.sysusers \
		$(DESTDIR)$(PREFIX)/lib/sysusers.d/tugid.conf
	$(PUT) packaging/tugid.tmpfiles \
		$(DESTDIR)$(PREFIX)/lib/tmpfiles.d/tugid.conf

# The packages of the work tree as it is, in build/deb.
deb:
	@packaging/install-deps.sh --deb
	@packaging/deb.sh build/deb

# Heavy: builds them twice, and lives their life in a clean Debian 12.
package-test: deb
	@packaging/install-deps.sh --package-test
	@tests/packages/run.sh build/deb

.PHONY: install deb package-test
