// SPDX-License-Identifier: ISC

// server PORT: the same service in Go, a goroutine for each connection, with
// the same limits: what a programmer would write in place of a pool.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"time"
)

const (
	most    = 99999
	limit   = 30 * time.Second
	linger  = 2 * time.Second
	dropped = 65536
)

var errBad = errors.New("malformed")

// read returns the content of one netstring.
func read(r *bufio.Reader) ([]byte, error) {
	size, digits := 0, 0
	for {
		c, err := r.ReadByte()
		if err != nil {
			return nil, err
		}
		if c == ':' && digits > 0 {
			break
		}
		if c < '0' || c > '9' || (digits == 1 && size == 0) {
			return nil, errBad
		}
		size = 10*size + int(c-'0')
		digits++
		if size > most {
			return nil, errBad
		}
	}
	content := make([]byte, size+1)
	if _, err := io.ReadFull(r, content); err != nil {
		return nil, err
	}
	if content[size] != ',' {
		return nil, errBad
	}
	return content[:size], nil
}

func serve(conn *net.TCPConn) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(limit))
	content, err := read(bufio.NewReader(conn))
	if err == nil && bytes.HasPrefix(content, []byte("cummingsify.")) {
		text := bytes.ToLower(content[len("cummingsify."):])
		reply := strconv.AppendInt(nil, int64(len(text)), 10)
		reply = append(append(append(reply, ':'), text...), ',')
		conn.Write(reply)
	}
	conn.CloseWrite()
	conn.SetReadDeadline(time.Now().Add(linger))
	io.CopyN(io.Discard, conn, dropped)
}

func main() {
	listener, err := net.Listen("tcp4", "127.0.0.1:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go serve(conn.(*net.TCPConn))
	}
}
