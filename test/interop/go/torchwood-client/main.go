// Command torchwood-client verifies a tlog-tiles log with the torchwood library: its checkpoint under a policy, every
// entry against the tree, and receipts (C2SP tlog-proof) of entries that it has read. It prints what it verified as
// one line of JSON and exits 0, or says what does not hold and exits 1.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

var (
	logURL      = flag.String("log", "", "prefix of the log")
	policyFile  = flag.String("policy", "", "file with the policy that the checkpoint has to satisfy")
	bearer      = flag.String("bearer", "", "bearer token, if the log needs one")
	receiptsDir = flag.String("receipts", "", "folder of receipts; each is of an entry of the log")
	entriesFile = flag.String("entries", "", "file to write the entries to, one a line")
)

// Result is what has been verified.
type Result struct {
	Size     int64 `json:"size"`
	Signers  int   `json:"signers"`
	Receipts int   `json:"receipts"`
}

func main() {
	flag.Parse()
	result, err := verify(context.Background())
	if err != nil {
		fmt.Fprintf(os.Stderr, "not verified: %v\n", err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(result)
}

func verify(ctx context.Context) (*Result, error) {
	text, err := os.ReadFile(*policyFile)
	if err != nil {
		return nil, err
	}
	policy, err := torchwood.ParsePolicy(text)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: withBearer{*bearer}, Timeout: 10 * time.Second}
	fetcher, err := torchwood.NewTileFetcher(*logURL, torchwood.WithHTTPClient(client))
	if err != nil {
		return nil, err
	}
	signed, err := fetcher.ReadEndpoint(ctx, "checkpoint")
	if err != nil {
		return nil, err
	}
	checkpoint, note, err := torchwood.VerifyCheckpoint(signed, policy)
	if err != nil {
		return nil, err
	}
	hashes, err := readEntries(ctx, fetcher, checkpoint.Tree)
	if err != nil {
		return nil, err
	}
	receipts, err := verifyReceipts(policy, hashes)
	if err != nil {
		return nil, err
	}
	return &Result{Size: checkpoint.N, Signers: len(note.Sigs), Receipts: receipts}, nil
}

// readEntries reads all entries, each verified against the tree, and returns their leaf hashes in order.
func readEntries(ctx context.Context, fetcher *torchwood.TileFetcher, tree tlog.Tree) ([]tlog.Hash, error) {
	client, err := torchwood.NewClient(fetcher)
	if err != nil {
		return nil, err
	}
	lines, err := createEntriesFile()
	if err != nil {
		return nil, err
	}
	var hashes []tlog.Hash
	for index, entry := range client.AllEntries(ctx, tree, 0) {
		if index != int64(len(hashes)) {
			return nil, fmt.Errorf("entry %d came in the place of entry %d", index, len(hashes))
		}
		hashes = append(hashes, tlog.RecordHash(entry))
		lines.Write(entry)
		lines.WriteByte('\n')
	}
	if err := client.Err(); err != nil {
		return nil, err
	}
	if int64(len(hashes)) != tree.N {
		return nil, fmt.Errorf("%d entries of a log of %d", len(hashes), tree.N)
	}
	return hashes, lines.Flush()
}

// createEntriesFile opens the file for the entries, or a sink where none is asked for.
func createEntriesFile() (*bufio.Writer, error) {
	path := *entriesFile
	if path == "" {
		path = os.DevNull
	}
	file, err := os.Create(path)
	return bufio.NewWriter(file), err
}

// verifyReceipts verifies every receipt of the folder. One is named INDEX.receipt for the entry that it has to prove.
func verifyReceipts(policy torchwood.Policy, hashes []tlog.Hash) (int, error) {
	if *receiptsDir == "" {
		return 0, nil
	}
	files, err := filepath.Glob(filepath.Join(*receiptsDir, "*.receipt"))
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		var index int
		if _, err := fmt.Sscanf(filepath.Base(file), "%d.receipt", &index); err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		if index >= len(hashes) {
			return 0, errors.New("a receipt of an entry that the log does not have")
		}
		receipt, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		if err := torchwood.VerifyProof(policy, hashes[index], receipt); err != nil {
			return 0, fmt.Errorf("receipt of entry %d: %w", index, err)
		}
	}
	return len(files), nil
}

// withBearer adds the credential to every request.
type withBearer struct{ token string }

func (b withBearer) RoundTrip(request *http.Request) (*http.Response, error) {
	if b.token != "" {
		request = request.Clone(request.Context())
		request.Header.Set("Authorization", "Bearer "+b.token)
	}
	return http.DefaultTransport.RoundTrip(request)
}
