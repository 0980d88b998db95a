#!/usr/bin/env python3
"""English sentences that no catalogue can know: literals of two words and more
that stand in no function or mark that looks them up (client/po/README.md).
usage: spoken.py FILE.c...; what is left out below has its reason there."""
import re
import sys

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
                   r'|[A-Za-z_]\w*|\n|\S', re.S)
LOOKED_UP = {"err_set", "err_add", "checking_fail", "out_line", "out_say", "out_warn",
             "out_alarm", "out_step", "_", "N_", "plural", "buf_check"}
# xgettext sees the first text of a choice in these, and no other.
FORMATS = LOOKED_UP - {"_", "N_", "plural"}
NO_WORDS = {  # codes, names and SQL; words that only a developer reads
    "keys_hash", "keys_mac", "fields_listed", "db_prepare", "_Static_assert",
    "show_set", "EACH", "add_header", "cbor_end",
    # kept with what was refused, and shown nowhere
    "intake_hold_tx", "quarantine_add_tx", "quarantine_judge_tx"}
SKIP_FILES = re.compile(  # codes in lists; examples and words of a shell
    r"/(types_\w+|table_\w+|complete|man|day_find|stem)\.c$"
    # kept with what was refused, and shown nowhere
    r"|/(doubt\w*|rooms_words|deleted|intake|changeset)\.c$"
    # a signal handler, which may look nothing up
    r"|cli/main\.c$|base/text\.c$")
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|AND |JOIN|ORDER|"
                 r"PRAGMA|WITH|BEGIN|CREATE|LIMIT|EXISTS|VALUES|ON |GROUP|OR |"
                 r"LEFT|IS |NOT |SAVEPOINT|ROLLBACK|RELEASE|REPLACE|\)| <> | = )")
NOT_SAID = re.compile(r"tugi |  ?tugi |Host:|Content-Type|;created|cosignature/|\? |# word |"
                      r"%sfield |(record|file|word|field|fixed) $|%lld:|unexpected TLS")
CODES = re.compile(r"[a-z0-9_-]+( [a-z0-9_-]+)+$")
CODE_FILES = re.compile(r"/(timeline|tally_\w+|due_\w+|transition|referral\w*|"
                        r"signal|handover_list|cmd_uptake|cmd_conflicts|"
                        r"cmd_handover|handover)\.c$")


def literals(source):
    """(line, text, names of the calls around it, one of a choice)"""
    tokens = list(TOKEN.finditer(source))
    stack, before, i = [], "", 0
    while i < len(tokens):
        t = tokens[i].group()
        if t == "\n" or t[:2] in ("/*", "//"):
            i += 1
            continue
        if t == "#":
            end = source.find("\n", tokens[i].start())
            while source[end - 1] == "\\":
                end = source.find("\n", end + 1)
            while i < len(tokens) and tokens[i].start() < end:
                i += 1
            continue
        if t == "(":
            stack.append(before)
        elif t == ")" and stack:
            stack.pop()
        elif t[0] == '"':
            at, text = tokens[i].start(), ""
            choice = before in "?:" and stack and stack[-1] in FORMATS
            while i < len(tokens):
                u = tokens[i].group()
                if u[0] == '"':
                    text += u[1:-1]
                elif u != "\n" and u[:2] != "/*":
                    break
                i += 1
            yield source.count("\n", 0, at) + 1, text, set(stack), choice
            before = '"'
            continue
        before = t
        i += 1


bad = False
for name in sys.argv[1:]:
    if SKIP_FILES.search(name):
        continue
    with open(name, encoding="utf-8") as f:
        source = f.read()
    for line, text, calls, choice in literals(source):
        if (calls & LOOKED_UP and not choice) or calls & NO_WORDS:
            continue
        if not re.search(r"[A-Za-z]{2,}[ ,:;]+[A-Za-z%]|[a-z]{3} $", text):
            continue
        if SQL.match(text) or NOT_SAID.match(text):
            continue
        if CODE_FILES.search(name) and CODES.match(text):
            continue
        print(f'{name}:{line}: no language but English: "{text[:60]}"')
        bad = True
sys.exit(bad)
