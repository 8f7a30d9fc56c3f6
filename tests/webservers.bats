# SPDX-License-Identifier: ISC
# versed.cgi under the web servers of versed.cgi(8), each configured as there.
# shellcheck disable=SC2030,SC2031,SC2059 # tests are subshells; contents are formats

load lib/box
load lib/web

setup_file() {
	load lib/lib
	web_start lighttpd apache nginx
}

setup() {
	load lib/lib
	need_web lighttpd apache2 nginx fcgiwrap
}

under_each() {
	web_each lighttpd apache nginx -- "$@"
}

# answered CODE CONTENT [ARGUMENT ...]: curl with the arguments gets a whole
# response with this code and exactly this content, a format; "-" is any.
answered() {
	local code=$1 content=$2
	shift 2
	for _ in 1 2 3; do
		SECONDS=0
		run -0 curl -sS -m 60 -o got -D header -w '%{http_code}' "$@"
		assert_output "$code"
		[[ $content == - ]] || printf "$content" | cmp - got
		# A server that waits has not been told all, and waits each time;
		# a busy machine does not.
		[[ $SECONDS -ge 4 ]] || return 0
	done
	return 1
}

# body SIZE: makes body.SIZE, of so many bytes.
body() {
	head -c "$1" /dev/zero | tr '\0' A >"body.$1"
}

poems() {
	answered 200 'here is my poem' -d 'HERE IS MY POEM' "$URL/cummingsify"
	grep -qi '^content-type: text/plain; charset=utf-8' header
	grep -qi '^x-content-type-options: nosniff' header
	grep -qi '^content-security-policy: default-src' header
	grep -qi '^cache-control: no-store' header
	answered 200 'οδος\n' --data-binary $'ΟΔΟΣ\n' "$URL/cummingsify"
	answered 200 '' --data-binary @/dev/null "$URL/rot13"
	printf 'A\0\r\n\xff%%+&=' >binary
	answered 200 'N\0\r\n\xff%%+&=' --data-binary @binary "$URL/rot13"
	tr A N <body.99999 >want
	answered 200 - --data-binary @body.99999 "$URL/rot13"
	cmp want got
	answered 200 - -H 'Expect: 100-continue' --data-binary @body.99999 \
		"$URL/rot13"
	cmp want got
}

@test "poems, short, empty, binary and long" {
	body 99999
	under_each poems
}

lists() {
	answered 200 - "$URL"
	cmp list got
	answered 200 - "$URL/"
	cmp list got
	answered 200 - -I "$URL"
	cmp header got # curl's: no content
	answered 200 - -H 'Accept: text/html' "$URL"
	grep -q '</html>' got
	answered 200 - -d 'transform=rot13' --data-urlencode 'text=<A & B>' "$URL"
	grep -q '^&lt;N &amp; O&gt;</pre>' got
}

@test "the list, its header, and the page" {
	"$VERSED" -L >list
	under_each lists
}

UNKNOWN='no such transform; GET the URL without the name lists them\n'

refusals() {
	local body
	for body in A @body.99999; do
		answered 404 "$UNKNOWN" --data-binary "$body" "$URL/nosuch"
		answered 405 'POST the text here\n' -X PUT \
			--data-binary "$body" "$URL/rot13"
		grep -qi '^allow: OPTIONS, POST' header
	done
	answered 422 'not UTF-8 at byte 1\n' \
		--data-binary $'\xff' "$URL/shout"
	answered 400 'neither a transform at the end of the path nor a form\n' \
		-H 'Content-Type: text/plain' --data-binary @body.99999 "$URL"
	answered 413 'the length is past the limit\n' \
		--data-binary @body.100000 "$URL/rot13"
	answered 413 - --data-binary @body.5000000 "$URL/rot13"
	answered 413 - -H 'Expect: 100-continue' --data-binary @body.5000000 \
		"$URL/rot13"
	answered 415 - -H 'Content-Encoding: gzip' --data-binary @body.99999 \
		"$URL/rot13"
	grep -qi '^accept-encoding: identity' header
	answered 204 - -X OPTIONS "$URL"
	answered 204 - -X OPTIONS "$URL/rot13"
	grep -qi '^allow: OPTIONS, POST' header
	answered 405 'POST the text here\n' "$URL/rot13"
	answered 405 - -I "$URL/rot13"
	# lighttpd says itself that there is no such method, or no length.
	[[ $SERVER != lighttpd ]] || return 0
	answered 405 - -X FOO "$URL"
	answered 411 'the length of the body is not given\n' -X POST "$URL/rot13"
}

@test "refusals, with a short and a long body, arrive whole and at once" {
	body 99999
	body 100000
	body 5000000
	under_each refusals
}

chunks() {
	if [[ $SERVER == apache ]]; then
		answered 411 'the length of the body is not given\n' \
			-H 'Transfer-Encoding: chunked' \
			--data-binary @body.99999 "$URL/rot13"
	else
		answered 200 - -H 'Transfer-Encoding: chunked' \
			--data-binary @body.99999 "$URL/rot13"
		cmp want got
	fi
	answered 413 - -H 'Transfer-Encoding: chunked' \
		--data-binary @body.5000000 "$URL/rot13"
}

@test "chunked bodies: collected, or 411" {
	body 99999
	body 5000000
	tr A N <body.99999 >want
	under_each chunks
}

paths() {
	local path
	answered 200 N -d A "$URL/rot%313"
	answered 200 N -d A --path-as-is "$URL/../versed/./rot13"
	answered 200 N -d A "$URL/rot13?nosuch+-h+--help"
	for path in /rot13/ /rot13.x /ROT13 /rot13%20; do
		answered 404 "$UNKNOWN" -d A "$URL$path"
	done
	for path in /rot13%00 /%00 /rot13%2f /%2e%2e/rot13 /rot13% /%ff /%0a; do
		run -0 curl -sS -m 20 -o got -w '%{http_code}' -d A "$URL$path"
		assert_output --regexp '^40[034]$'
	done
}

@test "paths are decoded and cleaned by the web server, once" {
	under_each paths
}

# raw FORMAT: opens a connection as 7 and sends it.
raw() {
	exec 7<>"/dev/tcp/${HOST/://}"
	printf "$1" >&7
}

POST='POST /versed/rot13 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'

trickle() {
	local i
	raw "${POST}Content-Length: 10\r\n\r\n"
	for i in {1..10}; do
		printf A >&7
		sleep 0.1
	done
	run -0 cat <&7
	exec 7>&-
	assert_line --partial 'HTTP/1.1 200'
	assert_output --partial NNNNNNNNNN
}

@test "a slow body is waited for" {
	under_each trickle
}

@test "a body cut off leaves no process behind" {
	not_under valgrind 'the process has its name'
	cut_off() {
		raw "${POST}Content-Length: 10\r\n\r\nAAA"
		# The others start versed.cgi when they have the whole body.
		[[ $SERVER != apache ]] || wait_until 5 web_busy
		exec 7>&-
		wait_until 5 web_idle
	}
	under_each cut_off
}

@test "a body that stops leaves no process behind" {
	not_under valgrind 'the process has its name'
	HOST=$(<"$SETTINGS.apache")
	raw "${POST}Content-Length: 10\r\n\r\nAAA"
	wait_until 5 web_busy
	wait_until 9 web_idle
	exec 7>&-
	grep -q 'bytes_in=3 bytes_out=.* result=timeout' "$WEB/apache.log"
}

@test "ten megabytes of query are refused" {
	long_query() {
		exec 7<>"/dev/tcp/${HOST/://}"
		(
			printf 'GET /versed?'
			head -c 10000000 /dev/zero | tr '\0' A
			printf ' HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
		) >&7 2>/dev/null || true
		answer=$(timeout 10 head -n 1 <&7 || true)
		exec 7>&-
		# The answer may be lost to a reset: the rest was never read.
		[[ -z $answer || $answer =~ ^HTTP/1\.[01]\ 4(00|14|31) ]]
		answered 200 N -d A "$URL/rot13"
	}
	under_each long_query
}

@test "the log is in the web server's, with the client's address" {
	logged_refusals() {
		local name log=$WEB/${SERVER/lighttpd/versed}.log
		for name in shuot1 shuot2 shuot3 shuot4 shuot5; do
			answered 404 - -d A "$URL/$name"
			wait_until 5 grep -qE "peer=127\.0\.0\.1:[0-9]+ \
transform=\"$name\" .* result=unknown" "$log"
		done
	}
	under_each logged_refusals
}

@test "requests at the same time are all answered" {
	crowd() {
		local i pids=()
		for i in {1..20}; do
			curl -sS -m 20 -d "A$i" "$URL/rot13" >"got.$i" 3>&- &
			pids+=("$!")
		done
		wait "${pids[@]}"
		for i in {1..20}; do
			[[ $(cat "got.$i") == "N$i" ]]
		done
	}
	under_each crowd
}

elsewhere() {
	answered 204 - -X OPTIONS -H 'Origin: http://a.example' \
		-H 'Access-Control-Request-Method: POST' \
		-H 'Access-Control-Request-Headers: content-type' "$URL/rot13"
	grep -qi '^access-control-allow-origin: \*' header
	grep -qi '^access-control-allow-methods: .*POST' header
	grep -qi '^access-control-allow-headers: content-type' header
	answered 404 - -d A "$URL/nosuch"
	grep -qi '^access-control-allow-origin: \*' header
}

@test "a page elsewhere may read answers, with the manual's header lines" {
	under_each elsewhere
}

@test "suexec: the manual's wrapper has a limit" {
	manual_block versed.cgi.8 suexec 1 |
		sed "s,/usr/local/libexec,$BUILD," >wrapper
	chmod +x wrapper
	head -c 10001 /dev/zero >long
	run -0 env -i REQUEST_METHOD=POST PATH_INFO=/rot13 \
		CONTENT_LENGTH=10001 ./wrapper <long
	assert_line --index 0 'Status: 413 Content Too Large'
}

@test "the manual's examples" {
	examples() {
		line=$(manual_block versed.cgi.8 EXAMPLES 1 |
			sed "s,127.0.0.1,$HOST,")
		run -0 --separate-stderr bash -c "$line"
		assert_line -n 0 'here is my poemcummingsify'
		assert_line transforms
	}
	under_each examples
	line=$(manual_block versed.cgi.8 EXAMPLES 2 |
		sed "s,/usr/local/libexec,$BUILD,")
	run -0 bash -c "$line"
	assert_line 'here is my poem'
}
