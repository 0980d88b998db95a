# tugi: one Makefile, no configure step. "make help" lists the targets.
# B= chooses the build folder, so that variants and people do not collide.
B ?= build/dev
MAKEFLAGS += --no-builtin-rules
# V=1 shows each command; the targets for people build on all cores.
Q = $(if $V,,@)
# A make that shares another's jobs already takes no number of its own.
SUB = $(MAKE) --no-print-directory \
	$(if $(findstring --jobserver,$(MAKEFLAGS)),,-j$(shell nproc))
ifeq ($(origin CC),default)
CC = gcc
endif
PREFIX ?= /usr
VERSION = 0.1
PKGS = sqlite3 libsodium libzstd libcbor
CLIENT_PKGS = jansson libkeyutils
# Parts that the client loads when it needs them (client/parts): what each is
# made of, and its libraries.
PARTS = https git pdf alphabet
PART_https = client/core/sync/remote_http.c
PKGS_https = libcurl
PART_git = client/core/words/merge.c client/core/profile/repository.c
PKGS_git = libgit2
PART_pdf = client/paper/paper_pdf.c client/paper/press.c
PKGS_pdf = pangocairo
PART_alphabet = client/core/words/alphabet.c
PKGS_alphabet = icu-i18n
DOORS = client/parts/parts.c client/parts/doors.c
PART_PKGS = $(foreach p,$(PARTS),$(PKGS_$p))
HUB_PKGS = libmicrohttpd gnutls libconfuse libgit2 zlib
obj = $(patsubst %.c,$B/%.o,$1)
libs = $(shell pkg-config --libs $1)

WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wpointer-arith -Wwrite-strings -Wformat=2 -Wconversion -Werror
HARDEN = -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE \
	-fstack-clash-protection -fcf-protection
CFLAGS ?= -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DTUGI_VERSION='"$(VERSION)"' -I. \
	-MMD -MP $(WARN) $(HARDEN) $(CFLAGS) $(VARIANT)
LINK = -pie -Wl,-z,relro,-z,now $(LDFLAGS)

COMMON = $(wildcard common/*/*.c)
CORE = $(wildcard client/core/*.c client/core/*/*.c client/paper/*.c)
CLI = $(wildcard client/cli/*.c)
HUB = $(wildcard daemon/hub/*.c daemon/ledger/*.c)
API = $(wildcard daemon/api/*.c) $(filter-out daemon/main.c,$(wildcard daemon/*.c))
DAEMON = daemon/main.c
SUPPORT = $(wildcard tests/support/*.c)
GEN = $B/gen/schema_client.c $B/gen/schema_hub.c $B/gen/schema_dict.c \
	$B/gen/schema_policy.c $B/gen/catalogues.c
PO = $(wildcard client/po/*.po)
MO = $(patsubst client/po/%.po,$B/po/%.mo,$(PO))
UNIT = $(patsubst tests/unit/%.c,$B/unit/%,$(wildcard tests/unit/test_*.c))
BENCH = $(patsubst tests/bench/%.c,$B/bench/%,$(wildcard tests/bench/bench_*.c))
BENCH_HELP = $(filter-out tests/bench/bench_%,$(wildcard tests/bench/*.c))
SIM = $(wildcard tests/sim/*.c)
TOOLS = $(patsubst tests/tools/%.c,$B/tools/%,$(wildcard tests/tools/*.c))
FUZZ = $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
SO = $(PARTS:%=$B/parts/tugi-%.so)
PART_O = $(foreach p,$(PARTS),$(call obj,$(PART_$p))) $B/client/parts/stamp.o
MAN = $B/man/tugid.8 $B/man/tugid.conf.5 $B/man/tugi.1

all: $B/tugi $B/tugid $(MAN)

## Programs and libraries
link_tugi = $Q$(CC) $(LINK) -o $@ $(filter-out %/wanted,$^) @$B/parts/wanted \
	-Wl,--dynamic-list=$B/parts/exported $(call libs,$(PKGS) $(CLIENT_PKGS))
link_tugid = $Q$(CC) $(LINK) -o $@ $^ $(call libs,$(PKGS) $(HUB_PKGS)) -lpthread
# The doors come before the library, so that the parts stay out of the program;
# it offers what they need of it, and nothing else.
$B/tugi: $(call obj,$(CLI) $(DOORS)) $B/libcore.a $B/libcommon.a $B/parts/wanted \
    | $(SO)
	$(link_tugi)
$(foreach p,$(PARTS),$(eval $B/parts/tugi-$p.so: $(call obj,$(PART_$p))))
$(SO): $B/parts/tugi-%.so: $B/client/parts/stamp.o
	@mkdir -p $(@D)
	$Q$(CC) -shared $(filter-out -pie,$(LINK)) -o $@ $^ $(call libs,$(PKGS_$*))
$B/parts/wanted: $(PART_O) $B/libcore.a $B/libcommon.a client/parts/wanted.sh
	@mkdir -p $(@D)
	@sh client/parts/wanted.sh $(@D) $B/libcore.a $B/libcommon.a $(PART_O)
$(PART_O): ALL_CFLAGS += -fPIC
$B/tugid: $(call obj,$(DAEMON)) $B/libapi.a $B/libhub.a $B/libcommon.a
	$(link_tugid)
$B/libcommon.a: $(call obj,$(COMMON)) $(GEN:.c=.o)
$B/libcore.a: $(call obj,$(CORE))
$B/libcli.a: $(filter-out %/main.o,$(call obj,$(CLI)))
$B/libapi.a: $(call obj,$(API))
$B/libhub.a: $(call obj,$(HUB))
$B/libsupport.a: $(call obj,$(SUPPORT))
$B/%.a:
	@rm -f $@ && ar rcs $@ $^
$B/%.o: %.c | $(GEN)
	@mkdir -p $(@D) $(if $V,,&& echo "cc   $@")
	$Q$(CC) $(ALL_CFLAGS) -c -o $@ $<
# Headers of others, to which our warnings do not apply.
$B/client/paper/press.o: ALL_CFLAGS += $(subst -I,-isystem ,$(shell \
	pkg-config --cflags pangocairo))
$B/gen/%.o: $B/gen/%.c
	$Q$(CC) $(ALL_CFLAGS) -c -o $@ $<
$B/gen/schema_%.c: schema/embed.sh $(wildcard schema/client/* schema/hub/* \
    schema/dict/notes.zdict schema/policy/*.json)
	@mkdir -p $(@D)
	@sh schema/embed.sh $* >$@.new && mv $@.new $@
# The texts in other languages, checked, as the program carries them.
$B/po/%.mo: client/po/%.po
	@mkdir -p $(@D)
	@msgfmt -c --endianness=little -o $@ $<
$B/gen/catalogues.c: client/po/embed.sh $(MO)
	@mkdir -p $(@D)
	@sh client/po/embed.sh $(MO) >$@.new && mv $@.new $@
# make pot: all texts of the program; make po-update: into each catalogue.
pot: $B/po/tugi.pot
$B/po/tugi.pot: client/po/extract.sh client/po/not.pot $(COMMON) $(CORE) \
    $(DOORS) $(CLI)
	@mkdir -p $(@D)
	@sh client/po/extract.sh $(COMMON) $(CORE) $(DOORS) $(CLI) >$@.new && \
		mv $@.new $@
po-update: $B/po/tugi.pot
	@for p in $(PO); do msgmerge --quiet --update --backup=off \
		--add-location=file $$p $<; done
$B/man/tugi.1: $B/tugi
	@mkdir -p $(@D)
	@$B/tugi man >$@.scd && scdoc <$@.scd >$@
$B/man/%: daemon/%.scd
	@mkdir -p $(@D)
	@scdoc <$< >$@

## Tests
TEST_LIBS = $B/libsupport.a $B/libcli.a $B/libcore.a $B/libapi.a $B/libhub.a \
	$B/libcommon.a
ALL_PKGS = $(PKGS) $(CLIENT_PKGS) $(PART_PKGS) $(HUB_PKGS) cmocka
# Where it is there: half the time of a link, and there are two hundred.
QUICK_LD := $(if $(shell command -v ld.gold),-fuse-ld=gold)
link_test = @mkdir -p $(@D) && echo "link $@" && $(CC) $(LINK) $(QUICK_LD) -o $@ \
	$(filter %.o,$^) $(FIRST) $(TEST_LIBS) $(call libs,$(ALL_PKGS)) -lm -lpthread
# A hub that asks no rules, where a test wants one.
$B/unit/test_hostile_rules: LINK += -Wl,--wrap=admit
# Memory that runs out where a test wants it.
FAILING_MEMORY = -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=malloc \
	-Wl,--wrap=free
$B/unit/test_vault_faults: LINK += $(FAILING_MEMORY)
# A disk under SQLite and libgit2: its calls go before the C library's, and so
# before those of tests/support/faults.c.
HUBCUTS = $B/unit/test_hubcuts $B/tools/hubcuts
$(HUBCUTS): FIRST = $(call libs,sqlite3)
$(HUBCUTS): $(call obj,$(wildcard tests/cutdisk/*.c))
$(UNIT): $B/unit/%: $B/tests/unit/%.o $(TEST_LIBS)
	$(link_test)
# Not the SQLite and the disk of tests/support/faults.c: what waits is measured.
$(BENCH): FIRST = $(call libs,sqlite3)
$(BENCH): $B/bench/%: $B/tests/bench/%.o $(call obj,$(BENCH_HELP)) $(TEST_LIBS)
	$(link_test)
$(TOOLS): $B/tools/%: $B/tests/tools/%.o $(TEST_LIBS)
	$(link_test)
# With libFuzzer (make fuzz) or, as everywhere else, a driver that replays.
FUZZ_MAIN = $B/tests/fuzz/standalone.o
$(FUZZ): $B/fuzz/%: $B/tests/fuzz/%.o $B/tests/fuzz/fuzz.o $(FUZZ_MAIN) \
    $(TEST_LIBS)
	$(link_test)
$B/sim/sim: LINK += -Wl,--wrap=crypto_sign_verify_detached
$B/sim/sim: $(call obj,$(SIM)) $(TEST_LIBS)
	$(link_test)

deps:
	@packaging/install-deps.sh
# Everything: what a fresh machine needs, build, walls, unit, processes.
# SANITIZE=1, as CI has it: unit tests and fuzz corpus under address and
# undefined-behaviour sanitizers. Those that are to be many (cuts, lies) run as
# they are, too.
MANY = crash lies hubcuts
TESTED = $(if $(SANITIZE),$(MANY:%=$B/unit/test_%) $B/sim/sim,unit-programs \
	fuzz-programs)
test: deps $(if $(SANITIZE),asan-programs)
	@+$(SUB) all leak $(TESTED) $(TOOLS)
	@+$(SUB) lint
	@tests/run.sh $B . $(if $(SANITIZE),$(ASAN))
unit-programs: $(UNIT) $B/sim/sim
tools: $(TOOLS)
fuzz-programs: $(FUZZ)
check-unit: $(if $T,$B/unit/test_$T,$(UNIT))
	@for t in $^; do $$t || exit 1; done
# make asan ONLY=test_round: under the sanitizers alone.
ASAN = build/asan
ONLY ?= /test_|70-corpus
asan-programs: deps
	@+$(SUB) B=$(ASAN) HARDEN="-O1 -fPIE" \
		CFLAGS="-g1 -fsanitize=address,undefined -fno-sanitize-recover=all" \
		LDFLAGS=-fsanitize=address,undefined \
		$(UNIT:$B/%=$(ASAN)/%) fuzz-programs
asan: asan-programs
	@tests/run.sh $(ASAN) "$(ONLY)" $(ASAN)
# make fuzz F=changeset TIME=60: one target for that many seconds; F=all: each.
F ?= all
TIME ?= 60
fuzz: deps
	@+$(SUB) B=build/fuzz CC=clang HARDEN=-O1 FUZZ_MAIN= QUICK_LD= \
		CFLAGS="-g -fsanitize=fuzzer-no-link,address,undefined \
		-fno-sanitize-recover=undefined" \
		LDFLAGS="-fsanitize=fuzzer,address,undefined \
		-Wl,--wrap=mem_secret_new -Wl,--wrap=mem_secret_free" \
		$(if $(filter all,$F),fuzz-programs,build/fuzz/fuzz/fuzz_$F)
	@tests/fuzz/run.sh build/fuzz $F $(TIME)
# Programs that leak on purpose, so that searches for leaks can fail: two files
# compiled anew, all else as it is in $B.
LEAK = $(patsubst %/,%,$(dir $B))/leak
LEAKING = common/wire/changeset.c client/core/vault/record.c
LEAK_O = $(LEAKING:%.c=$(LEAK)/%.o)
leak: $(LEAK)/tugi $(LEAK)/tugid
$(LEAK)/tugi: $(call obj,$(CLI) $(DOORS)) $(LEAK_O) $B/libcore.a \
    $B/libcommon.a $B/parts/wanted | $(LEAK)/parts
	$(link_tugi)
$(LEAK)/tugid: $(call obj,$(DAEMON)) $(LEAK)/common/wire/changeset.o \
    $B/libapi.a $B/libhub.a $B/libcommon.a
	$(link_tugid)
$(LEAK)/parts: | $(SO)
	@mkdir -p $(@D) && ln -sfn $(abspath $B/parts) $@
$(LEAK)/%.o: %.c | $(GEN)
	@mkdir -p $(@D) $(if $V,,&& echo "cc   $@")
	$Q$(CC) $(ALL_CFLAGS) -DTUGI_TEST_LEAK -c -o $@ $<
demo: deps
	@+$(SUB) all leak $(TOOLS)
	@tests/demo/demo.sh $B $(LEAK)
# A school year in small, from seeds: make sim SEED=1 RUNS=1000
SEED ?= 1
RUNS ?= 1000
JOBS ?= $(shell nproc)
sim:
	@+$(SUB) $B/sim/sim
	@$B/sim/sim --seed $(SEED) --runs $(RUNS) --jobs $(JOBS)
# Power cuts over the encrypted store, or over a hub, beyond those of make test;
# each call goes on where the last one ended: make hubcuts RUNS=20000
powercuts hubcuts:
	@+$(SUB) $B/tools/$@
	@tests/$@.sh $B $(RUNS)
# Each operation of three scripts, each way a cut can leave the disk, and each
# operation of each recovery again.
powersweep:
	@+$(SUB) $B/tools/powercuts
	@tests/powersweep.sh $B
# Does a test notice when a rule is broken? tests/mutants/README.md
mutants: deps
	@+tests/mutants/run.sh $(if $M,'$M')
bench: deps
	@+$(SUB) all $(BENCH)
	@tests/bench/run.sh $B
# What a hub must bear, each figure beside its bar: tests/bench/README.md
bench-load: deps
	@+$(SUB) all $(BENCH)
	@tests/bench/run.sh $B load ledger backup restore
# Beside PouchDB and git in one run, each figure beside its goal.
bench-peers: deps
	@+$(SUB) all $B/bench/bench_peers
	@tests/bench/peers.sh $B
# kill -9 of a hub under load; goes on where the last call ended.
hubkills:
	@+$(SUB) $B/tugid $B/tools/hubkills
	@tests/hubkills.sh $B $(RUNS)
lint: all
	@for l in tests/lint/*.sh; do echo "lint: $$l" && $$l || exit 1; done
# Lines and branches of what decides: a build of its own, without optimising.
cover:
	@packaging/install-deps.sh --cover
	@+$(SUB) B=build/cover HARDEN=-O0 VARIANT=-DTUGI_COVER LDFLAGS=--coverage \
		CFLAGS="-g --coverage -fprofile-update=prefer-atomic" \
		unit-programs fuzz-programs
	@tests/cover.sh build/cover
# Each line of the store's module is reached by its own tests, but for those that
# tests/cover-vault.lines gives a reason for.
VAULT_TESTS = arena cells crash keyblock record salvage slots vault vault_edges \
	vault_faults vfs
VAULT_O = $(patsubst %.c,$B/counted/%.o,$(wildcard client/core/vault/*.c))
VAULT_COUNTED = $(VAULT_TESTS:%=$B/counted/test_%)
$(VAULT_O): private HARDEN = -O0
$(VAULT_O): private CFLAGS = -g --coverage
$(VAULT_COUNTED): private LDFLAGS = --coverage -Wl,-u,__gcov_dump
$B/counted/test_vault_faults: private LINK += $(FAILING_MEMORY)
$B/counted/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$Q$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(VAULT_COUNTED): $B/counted/%: $B/tests/unit/%.o $(VAULT_O) $(TEST_LIBS)
	$(link_test)
cover-vault:
	@+$(SUB) $(VAULT_COUNTED)
	@tests/cover-vault.sh $B $(VAULT_TESTS)

## Installing and packages: install, deb, package-test
include packaging/packages.mk
clean:
	rm -rf build
help:
	@echo "all test demo bench sim mutants lint leak install clean deps"
	@echo "asan ONLY=test_round   unit tests and corpus under sanitizers"
	@echo "deb package-test      Debian packages (packaging/README.md)"
	@echo "pot po-update         texts to translate (client/po/README.md)"
	@echo "powercuts RUNS=20000  of the store, counted in tests/powercuts.tally"
	@echo "hubcuts RUNS=20000    of a hub, counted in tests/hubcuts.tally"
	@echo "powersweep            every operation cut, every recovery cut again"
	@echo "bench-load            what a hub must bear (tests/bench/README.md)"
	@echo "bench-peers           beside PouchDB and git (npm, in build/peers)"
	@echo "hubkills RUNS=1000    of a hub under load, in tests/hubkills.tally"
	@echo "check-unit T=outbox   one unit test program"
	@echo "cover   lines and branches that the tests reach, with bars"
	@echo "cover-vault           each line of the store by its own tests"
	@echo "fuzz F=changeset TIME=60   one fuzz target (tests/fuzz/README.md)"

-include $(shell find $B $(LEAK) -name '*.d' 2>/dev/null)
.PHONY: all deps test unit-programs fuzz-programs tools check-unit \
	asan asan-programs fuzz \
	leak pot po-update demo bench bench-load bench-peers hubkills hubcuts sim \
	powercuts powersweep mutants lint cover cover-vault clean help
.SECONDARY:
.DELETE_ON_ERROR:
