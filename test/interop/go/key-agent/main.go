// Command key-agent is an SSH agent with one Ed25519 key of its own, which ends with it: litewitness signs with a key
// that an agent holds. It prints the fingerprint of the key when it listens, and ends when its input does.
package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

func main() {
	socket := flag.String("socket", "", "path of the socket to listen on")
	flag.Parse()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	keys := agent.NewKeyring()
	if err := keys.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		log.Fatal(err)
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("unix", *socket)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ssh.FingerprintSHA256(public))
	go serve(listener, keys)
	// Whoever started this holds the other end: however it ends, nothing is left behind.
	io.Copy(io.Discard, os.Stdin)
	listener.Close()
}

func serve(listener net.Listener, keys agent.Agent) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go agent.ServeAgent(keys, connection)
	}
}
