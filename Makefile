# tugi: one Makefile, no configure step. "make help" lists the targets.
# B= chooses the build folder, so that variants and people do not collide.
B ?= build/dev
CC ?= gcc
PKGS = sqlite3 libsodium libzstd libcbor
CLIENT_PKGS = libcurl jansson libkeyutils
HUB_PKGS = libmicrohttpd gnutls libconfuse

WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wpointer-arith -Wwrite-strings -Wformat=2 -Wconversion -Werror
HARDEN = -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE \
	-fstack-clash-protection -fcf-protection
CFLAGS ?= -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. -I$B/gen -MMD -MP $(WARN) $(HARDEN) \
	$(CFLAGS) $(VARIANT) $(shell pkg-config --cflags $(PKGS))
LINK = -pie -Wl,-z,relro,-z,now $(LDFLAGS)

COMMON = $(wildcard common/*/*.c)
CORE = $(wildcard client/core/*.c client/core/*/*.c)
CLI = $(wildcard client/cli/*.c)
HUB = $(wildcard daemon/hub/*.c)
DAEMON = $(wildcard daemon/*.c daemon/api/*.c)
SUPPORT = $(wildcard tests/support/*.c)
GEN = $B/gen/schema_client.c $B/gen/schema_hub.c $B/gen/schema_dict.c
obj = $(patsubst %.c,$B/%.o,$1)

UNIT = $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))

all: $B/tugi $B/tugid

$B/tugi: $(call obj,$(CLI)) $B/libcore.a $B/libcommon.a
	$(CC) $(LINK) -o $@ $^ $(shell pkg-config --libs $(PKGS) $(CLIENT_PKGS))
$B/tugid: $(call obj,$(DAEMON)) $B/libhub.a $B/libcommon.a
	$(CC) $(LINK) -o $@ $^ $(shell pkg-config --libs $(PKGS) $(HUB_PKGS)) -lpthread
$B/libcommon.a: $(call obj,$(COMMON)) $(patsubst $B/gen/%.c,$B/gen/%.o,$(GEN))
$B/libcore.a: $(call obj,$(CORE))
$B/libhub.a: $(call obj,$(HUB))
$B/libsupport.a: $(call obj,$(SUPPORT))
$B/%.a:
	@rm -f $@ && ar rcs $@ $^

$B/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<
$B/gen/%.o: $B/gen/%.c
	$(CC) $(ALL_CFLAGS) -c -o $@ $<
$B/gen/schema_%.c: schema/embed.sh $(wildcard schema/*/*)
	@mkdir -p $(@D)
	sh schema/embed.sh $* >$@.new && mv $@.new $@

$B/unit/%: $B/tests/unit/%.o $B/libsupport.a $B/libcore.a $B/libhub.a $B/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(LINK) -o $@ $^ $(shell pkg-config --libs $(PKGS) $(CLIENT_PKGS) $(HUB_PKGS) cmocka) -lpthread

check-unit: $(UNIT:%=$B/unit/%)
	@for t in $(if $T,$B/unit/test_$T,$^); do $$t || exit 1; done

clean:
	rm -rf build

-include $(shell find $B -name '*.d' 2>/dev/null)
.PHONY: all check-unit clean
.SECONDARY:
