// Command witness-trust adds a log to litewitness's database, as its operator does with witnessctl (which needs modules
// that nothing else here does).
package main

import (
	"flag"
	"log"

	"golang.org/x/mod/sumdb/tlog"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

func main() {
	path := flag.String("db", "", "litewitness's database, which it has made")
	origin := flag.String("origin", "", "name of the log")
	key := flag.String("key", "", "verifier key of the log")
	flag.Parse()
	db, err := sqlite.OpenConn(*path, sqlite.OpenReadWrite)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	emptyRoot, err := tlog.TreeHash(0, nil)
	if err != nil {
		log.Fatal(err)
	}
	insert(db, "INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)", *origin, emptyRoot.String())
	insert(db, "INSERT INTO key (origin, key) VALUES (?, ?)", *origin, *key)
}

func insert(db *sqlite.Conn, statement string, values ...any) {
	if err := sqlitex.Execute(db, statement, &sqlitex.ExecOptions{Args: values}); err != nil {
		log.Fatal(err)
	}
}
