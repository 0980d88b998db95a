"""Compares what gcov counted with the list of lines that nothing reaches.

usage: cover-vault.py build/dev/counted tests/cover-vault.lines
"""
import glob
import json
import subprocess
import sys

BRANCHES_BAR = 0.95


def counted(folder):
    """(file, line) -> [times, function, ways out taken or not]"""
    lines = {}
    for notes in sorted(glob.glob(folder + "/client/core/vault/*.gcno")):
        said = subprocess.run(["gcov", "--json-format", "--stdout",
                               "--branch-probabilities", notes],
                              stdout=subprocess.PIPE, check=True,
                              stderr=subprocess.DEVNULL).stdout
        for file in json.loads(said)["files"]:
            if not file["file"].startswith("client/core/vault/"):
                continue
            for line in file["lines"]:
                at = lines.setdefault((file["file"], line["line_number"]),
                                      [0, line.get("function_name", ""), []])
                at[0] += line["count"]
                at[2] += [way["count"] > 0 for way in line["branches"]]
    return lines


def listed(path):
    """Entries "file:function: text", each under a line "# why"."""
    entries = {}
    why = None
    with open(path, encoding="utf-8") as text:
        for line in text:
            line = line.rstrip("\n")
            if line.startswith("# "):
                why = line[2:]
            elif line:
                assert why, "an entry without a reason: " + line
                entries[line] = why
    return entries


def main(folder, path):
    lines = counted(folder)
    sources = {file: open(file, encoding="utf-8").read().split("\n")
               for file, _ in lines}
    reasons = listed(path)
    met = set()
    bad = 0
    for (file, number), (times, function, _) in sorted(lines.items()):
        name = "%s:%s: %s" % (file.rsplit("/", 1)[1], function,
                              sources[file][number - 1].strip())
        if times == 0 and name in reasons:
            met.add(name)
        elif times == 0:
            print("not reached, line %d: %s" % (number, name))
            bad += 1
    for name in sorted(set(reasons) - met):
        print("in %s and reached, or gone: %s" % (path, name))
        bad += 1
    ways = [way for at in lines.values() for way in at[2]]
    share = sum(ways) / len(ways)
    print("%d of %d lines, %d of the rest with a reason; %d of %d branches "
          "(%.1f %%)" % (sum(1 for at in lines.values() if at[0]), len(lines),
                         sum(1 for at in lines.values() if not at[0]) -
                         (bad if bad else 0), sum(ways), len(ways),
                         100 * share))
    if share < BRANCHES_BAR:
        print("fewer than %d %% of the branches" % (100 * BRANCHES_BAR))
        bad += 1
    return 1 if bad else 0


sys.exit(main(*sys.argv[1:]))
