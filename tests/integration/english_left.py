#!/usr/bin/env python3
"""English that is left in what a program said in another language: sentences
and heads of tables of the catalogue that stand there untranslated, days written
the English way, a full stop after the full stop of a day.
usage: english_left.py CATALOGUE OUTPUT; prints each, ends with 1 if any"""
import re
import subprocess
import sys

PO = subprocess.run(["msgattrib", "--no-wrap", "--no-obsolete", sys.argv[1]],
                    check=True, capture_output=True, encoding="utf8").stdout
STRING = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) "(.*)"$', re.M)
DIRECTIVE = re.compile(r"%(?:\d+\$)?[-0-9.*]*(?:ll|l|z)?[a-zA-Z%]")


def pieces(text):
    text = text.replace("\\n", "\n").replace('\\"', '"')
    return [p for line in text.split("\n")
            for p in DIRECTIVE.split(line) if p.strip()]


english, own = set(), []
for entry in PO.split("\n\n"):
    entry = entry.replace('""\n"', '"').replace('"\n"', "")
    for kind, text in STRING.findall(entry):
        if kind.startswith("msgid"):
            english.update(pieces(text))
        else:
            own.append(text.replace('\\"', '"'))
own = "\n".join(own)
sentences = [p.strip() for p in english if len(p.strip()) > 11
             and p.strip().count(" ") > 1 and p.strip() not in own]
heads = {p for p in english if re.fullmatch(r"[A-Z][A-Z ]{2,}", p)
         and not re.search(r"\b%s\b" % re.escape(p), own)}
steps = {p for p in english if re.fullmatch("[a-z]{6,}", p)
         and not re.search(r"\b%s\b" % re.escape(p), own)}

bad = 0
for line in open(sys.argv[2], encoding="utf8"):
    line = line.rstrip("\n")
    if line.startswith("$ "):  # the command itself
        continue
    found = [s for s in sentences if s in line]
    found += [c for c in re.split("  +", line) if c in heads]
    found += [c for c in [line[:-4]] if line.endswith(" ...") and c in steps]
    if re.search(r"(?<![\w.-])20\d\d-\d\d-\d\d(?![\w-])", line):
        found.append("a day the English way")
    if re.search(r"\d\.\.(?!\.)", line):
        found.append("two full stops")
    for what in found:
        print("%s: %s" % (what, line))
        bad = 1
sys.exit(bad)
