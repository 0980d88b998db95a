# Reads lists of mutants (README.md has the format).
#   awk -f read.awk -v mode=list *.mut              a line for each: tabs between
#                                                 name, files, unit, why
#   awk -f read.awk -v mode=check -v root=. *.mut   every old text is there once,
#                                                 every named test is there
#   awk -f read.awk -v mode=apply -v root=T -v want=NAME *.mut    change files in T
# Exit 1 with a sentence when a text is missing, stands twice, or a mutant
# changes nothing.
function bad(words) {
	print "mutant " name ": " words >"/dev/stderr"
	failed = 1
}
function slurp(path,    line, all, rc) {
	all = ""
	while ((rc = (getline line <path)) > 0)
		all = all line "\n"
	close(path)
	if (rc < 0)
		bad(path " cannot be read")
	return all
}
function ends_hunk(    path, all, at, rest) {
	if (file == "")
		return
	path = root "/" file
	files = files (files == "" ? "" : " ") file
	if (old == "" || old == new)
		bad("its change to " file " changes nothing")
	else if (mode == "check" || (mode == "apply" && name == want)) {
		all = slurp(path)
		at = index(all, old)
		rest = at ? substr(all, at + length(old)) : ""
		if (!at)
			bad("its text is no longer in " file)
		else if (index(rest, old))
			bad("its text stands more than once in " file)
		else if (mode == "apply") {
			printf "%s%s%s", substr(all, 1, at - 1), new, rest >path
			close(path)
			applied = 1
		}
	}
	file = old = new = ""
}
function has_tests(    i, n, stem, path, line) {
	n = split(unit, stem, " ")
	for (i = 1; i <= n; i++) {
		path = root "/tests/unit/test_" stem[i] ".c"
		if ((getline line <path) < 0)
			bad("there is no " path)
		close(path)
	}
}
function ends_mutant() {
	ends_hunk()
	if (name == "")
		return
	if (mode == "check")
		has_tests()
	if (files == "" || why == "" || unit == "")
		bad("it lacks a file, a reason or the tests that notice it")
	if (name in seen)
		bad("there are two of this name")
	seen[name] = 1
	if (mode == "list")
		print name "\t" files "\t" unit "\t" why
	count++
	name = files = why = unit = ""
}
/^== / { ends_mutant(); name = substr($0, 4); next }
/^why: / { why = why (why == "" ? "" : " ") substr($0, 6); next }
/^unit: / { unit = substr($0, 7); next }
/^file: / { ends_hunk(); file = substr($0, 7); next }
/^#/ { next }
/^$/ { next }
file != "" && /^-/ { old = old substr($0, 2) "\n"; next }
file != "" && /^\+/ { new = new substr($0, 2) "\n"; next }
file != "" && /^ / { old = old substr($0, 2) "\n"; new = new substr($0, 2) "\n"; next }
{ bad("line " FNR " of " FILENAME " cannot be read") }
END {
	ends_mutant()
	if (mode == "apply" && !applied && !failed) {
		print "there is no mutant " want >"/dev/stderr"
		failed = 1
	}
	if (mode == "check" && !failed)
		print count " mutants, each text found once"
	exit failed
}
