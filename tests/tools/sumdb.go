// What somebody else's code says of a hub's ledger: the signed notes and the
// tree, checked by golang.org/x/mod/sumdb (Debian: golang-golang-x-mod-dev),
// which knows nothing of tugi.
//
//	sumdb FOLDER NAME KEY
//
// FOLDER holds note-<n>, the checkpoints from the oldest to the newest, and
// leaves, the leaf hashes in hexadecimal, one a line. KEY is the hub's Ed25519
// key in base64. It prints how many notes were good and how large the newest is.
package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type head struct {
	size int64
	root tlog.Hash
}

// The tree's stored hashes, as tlog numbers them.
type stored []tlog.Hash

func (s stored) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, 0, len(at))
	for _, i := range at {
		if i >= int64(len(s)) {
			return nil, fmt.Errorf("no hash %d", i)
		}
		out = append(out, s[i])
	}
	return out, nil
}

func no(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, "sumdb: "+format+"\n", args...)
	os.Exit(1)
}

func readHead(path string, by note.Verifier) head {
	data, err := os.ReadFile(path)
	if err != nil {
		no("%v", err)
	}
	n, err := note.Open(data, note.VerifierList(by))
	if err != nil {
		no("%s: %v", filepath.Base(path), err)
	}
	line := strings.Split(n.Text, "\n")
	if len(line) != 4 || line[3] != "" {
		no("%s is no checkpoint of three lines", filepath.Base(path))
	}
	size, err := strconv.ParseInt(line[1], 10, 64)
	if err != nil {
		no("%v", err)
	}
	root, err := tlog.ParseHash(line[2])
	if err != nil {
		no("%v", err)
	}
	return head{size, root}
}

// Leaf hashes into all stored hashes: tlog hashes what it is given, so the
// leaves are put where their hashes belong and the rest is made by it.
func readTree(path string) (stored, int64) {
	var s stored
	f, err := os.Open(path)
	if err != nil {
		no("%v", err)
	}
	defer f.Close()
	n := int64(0)
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var h tlog.Hash
		b, err := hex.DecodeString(lines.Text())
		if err != nil || len(b) != tlog.HashSize {
			no("a leaf is no hash")
		}
		copy(h[:], b)
		more, err := tlog.StoredHashesForRecordHash(n, h, s)
		if err != nil {
			no("%v", err)
		}
		s = append(s, more...)
	}
	return s, n
}

func main() {
	if len(os.Args) != 4 {
		no("usage: sumdb FOLDER NAME KEY")
	}
	raw, err := base64.StdEncoding.DecodeString(os.Args[3])
	if err != nil || len(raw) != ed25519.PublicKeySize {
		no("the key is no Ed25519 key")
	}
	text, err := note.NewEd25519VerifierKey(os.Args[2], raw)
	if err != nil {
		no("%v", err)
	}
	by, err := note.NewVerifier(text)
	if err != nil {
		no("%v", err)
	}
	tree, leaves := readTree(filepath.Join(os.Args[1], "leaves"))
	var before head
	for i := 0; ; i++ {
		path := filepath.Join(os.Args[1], fmt.Sprintf("note-%d", i))
		if _, err := os.Stat(path); err != nil {
			fmt.Println(i, before.size)
			return
		}
		now := readHead(path, by)
		if now.size > leaves {
			no("head %d has more entries than there are", i)
		}
		if root, err := tlog.TreeHash(now.size, tree); err != nil ||
			root != now.root {
			no("head %d: the entries do not make its root", i)
		}
		if before.size > 0 {
			p, err := tlog.ProveTree(now.size, before.size, tree)
			if err == nil {
				err = tlog.CheckTree(p, now.size, now.root,
					before.size, before.root)
			}
			if err != nil {
				no("head %d does not continue the one before: %v",
					i, err)
			}
		}
		before = now
	}
}
