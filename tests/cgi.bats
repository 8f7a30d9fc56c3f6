# SPDX-License-Identifier: ISC
# versed.cgi, run as a web server runs it: an environment and a pipe.
# shellcheck disable=SC2016,SC2059,SC2154 # commands are quoted, bodies formats, variables of libraries

setup() {
	load lib/lib
	CGI=${VERSED_CGI:-$BUILD/versed.cgi}
	cd "$BATS_TEST_TMPDIR" || return
}

# ask [VARIABLE=VALUE ...]: what comes on standard input is the body.  Leaves
# the header's lines in header, the content in content, the log in log.
ask() {
	local size
	env -i "$@" "$CGI" >response 2>log || return
	LC_ALL=C sed '/^$/q' response >header
	size=$(wc -c <header)
	tail -c +$((size + 1)) response >content
	[[ " $*" == *' REQUEST_METHOD=HEAD'* ]] || grep -q '^Status: 204 ' header ||
		grep -qx "Content-Length: $(wc -c <content)" header
}

# answered CODE CONTENT BODY [VARIABLE=VALUE ...]: CONTENT and BODY are formats of
# printf; CONTENT_LENGTH is the body's unless it is among the variables.
answered() {
	local code=$1 content=$2 body=$3
	shift 3
	printf "$body" >body
	[[ " $*" == *' CONTENT_LENGTH'* ]] ||
		set -- CONTENT_LENGTH="$(wc -c <body)" "$@"
	ask "$@" <body || return
	head -n 1 header | grep -q "^Status: $code " || {
		cat header content
		return 1
	}
	printf "$content" | cmp - content
}

# transformed NAME BODY RESULT
transformed() {
	answered 200 "$3" "$2" REQUEST_METHOD=POST PATH_INFO="/$1"
	run ! grep result= log
}

# refused CODE LINE BODY [VARIABLE=VALUE ...]: the response is a line of text,
# and so is the log, with the same words or those in $reason.
refused() {
	local code=$1 line=$2
	answered "$code" "$line\n" "${@:3}" || return
	grep -qx 'Content-Type: text/plain; charset=utf-8' header
	grep -q "reason=\"${reason-$line}\" ms=[0-9]*\$" log
	[[ $(grep -c result= log) == 1 ]]
}

# unknown BODY [VARIABLE=VALUE ...]: it is refused as no transform's name.
unknown() {
	local reason='no such transform'
	refused 404 "$reason; GET the URL without the name lists them" "$@"
}

# form BODY [VARIABLE=VALUE ...]: posts the form, a format of printf; the answer
# is the page.
form() {
	printf "$1" >body
	shift
	ask REQUEST_METHOD=POST "$FORM" CONTENT_LENGTH="$(wc -c <body)" "$@" <body
	grep -qx 'Content-Type: text/html; charset=utf-8' header
	grep -q '</html>$' content
}

# form_refused CODE REASON BODY [VARIABLE=VALUE ...]: the page has the reason.
form_refused() {
	local code=$1 reason=$2
	form "${@:3}"
	grep -q "^Status: $code " header
	grep -q '<title>No result – Transform a poem</title>' content
	grep -q "<p class=\"problem\">$reason</p>" content
	grep -q "reason=\"$reason\"" log
}

# limit_memory: from here on versed.cgi has a gigabyte of addresses.
limit_memory() {
	need_shipped 'needs of memory'
	printf '#!/bin/sh\nulimit -v 1000000\nexec "%s"\n' "$CGI" >limited
	chmod +x limited
	CGI=$PWD/limited
}

FORM=CONTENT_TYPE=application/x-www-form-urlencoded

@test "POST to a transform gives the transformed text" {
	transformed cummingsify 'HERE IS MY POEM' 'here is my poem'
	transformed cummingsify 'ΟΔΟΣ' 'οδος'
	grep -qx 'Status: 200 OK' header
	grep -qx 'Content-Type: text/plain; charset=utf-8' header
	grep -qx 'Cache-Control: no-store' header
	grep -qx 'X-Content-Type-Options: nosniff' header
	grep -q "^Content-Security-Policy: default-src 'none'; " header
}

@test "the body may be empty, binary, and as long as the limit" {
	transformed rot13 '' ''
	transformed rot13 'A\0\n\r\xff%%41+' 'N\0\n\r\xff%%41+'
	head -c 99999 /dev/zero | tr '\0' A >body
	ask REQUEST_METHOD=POST PATH_INFO=/rot13 CONTENT_LENGTH=99999 <body
	tr A N <body | cmp - content
}

@test "what is posted to a transform is its text, whatever its type" {
	answered 200 'genafsbez=n' 'transform=a' REQUEST_METHOD=POST \
		PATH_INFO=/rot13 "$FORM" HTTP_ACCEPT=text/html
}

@test "GET and HEAD list the transforms" {
	"$VERSED" -L >list
	for path in '' PATH_INFO= PATH_INFO=/; do
		ask REQUEST_METHOD=GET $path
		cmp list content
	done
	cp header get
	ask REQUEST_METHOD=HEAD
	cmp get header
	[[ ! -s content ]]
}

@test "an unknown name is 404, whatever the method" {
	for name in nosuch ROT13 rot1 rot133 'rot13 ' rot13/ /rot13 ../rot13 \
		rot13.x . .. $'rot13\n' $'\xff' "$(printf %070000d 0)"; do
		for method in POST GET HEAD DELETE; do
			[[ $method != HEAD ]] || continue
			unknown A REQUEST_METHOD=$method PATH_INFO="/$name"
		done
	done
	unknown A REQUEST_METHOD=POST PATH_INFO=/a%b
	grep -q ' transform="a%b" bytes_in=0 bytes_out=59 result=unknown' log
}

@test "an unknown method is 405 with Allow, and says which is known" {
	reason='the method is not allowed here'
	here='POST the text here'
	list='GET lists the transforms; POST the text to one of them'
	for method in PUT TRACE get options 'POST ' "$(printf %070000d 0)"; do
		refused 405 "$here" A REQUEST_METHOD="$method" PATH_INFO=/rot13
		grep -qx 'Allow: OPTIONS, POST' header
		refused 405 "$list" A REQUEST_METHOD="$method"
		grep -qx 'Allow: GET, HEAD, OPTIONS, POST' header
	done
	refused 405 "$here" '' REQUEST_METHOD=GET PATH_INFO=/rot13
	ask REQUEST_METHOD=HEAD PATH_INFO=/rot13
	grep -q '^Status: 405 ' header
	[[ ! -s content ]]
}

@test "OPTIONS is 204 with Allow" {
	answered 204 '' '' REQUEST_METHOD=OPTIONS PATH_INFO=/rot13
	grep -qx 'Allow: OPTIONS, POST' header
	run ! grep -E '^Content-(Type|Length)' header
	run ! grep result= log
	answered 204 '' A REQUEST_METHOD=OPTIONS PATH_INFO=/ HTTP_ACCEPT=text/html
	grep -qx 'Allow: GET, HEAD, OPTIONS, POST' header
	unknown '' REQUEST_METHOD=OPTIONS PATH_INFO=/nosuch
}

@test "a body that is coded, in parts, or in another charset is 415" {
	set -- REQUEST_METHOD=POST PATH_INFO=/rot13
	refused 415 'a body with a content coding is not read' A "$@" \
		HTTP_CONTENT_ENCODING=gzip
	grep -qx 'Accept-Encoding: identity' header
	answered 200 N A "$@" HTTP_CONTENT_ENCODING=identity
	for type in iso-8859-1 utf-16 '"latin1"'; do
		refused 415 'the charset that is read is UTF-8' A "$@" \
			CONTENT_TYPE="text/plain; charset=$type"
	done
	for type in utf-8 '"UTF-8"' us-ascii; do
		answered 200 N A "$@" CONTENT_TYPE="text/plain; charset=$type"
	done
	refused 415 'a body of several parts is not read: send the text alone' A \
		"$@" CONTENT_TYPE='multipart/form-data; boundary=x'
	refused 415 'a body of several parts is not read: send the text alone' A \
		REQUEST_METHOD=POST CONTENT_TYPE=multipart/form-data
	form_refused 415 'the charset that is read is UTF-8' 'a=b' \
		"$FORM;charset=utf-16"
	form_refused 415 'a body with a content coding is not read' 'a=b' \
		HTTP_CONTENT_ENCODING=br
}

@test "a result is said to be UTF-8 only where it is" {
	answered 200 '\xff' '\xff' REQUEST_METHOD=POST PATH_INFO=/rot13
	grep -qx 'Content-Type: text/plain' header
	answered 200 '\xce\xbf' '\xce\xbf' REQUEST_METHOD=POST PATH_INFO=/rot13
	grep -qx 'Content-Type: text/plain; charset=utf-8' header
}

@test "a form's result to be saved is a file, and as it is" {
	printf 'as=file&transform=rot13&text=%%ffA%%0D%%0A' >body
	answered 200 '\xffN\n' "$(sed 's/%/%%/g' body)" REQUEST_METHOD=POST "$FORM"
	grep -qx 'Content-Disposition: attachment; filename="poem.txt"' header
	grep -qx 'Content-Type: text/plain' header
	grep -qx 'Cache-Control: private, no-cache' header
	form_refused 404 'no such transform' 'as=file&transform=x&text=A'
	run ! grep -q attachment header
	form 'as=screen&transform=rot13&text=A'
	grep -q '^N</pre>' content
}

@test "no length is 411, a wrong one 400, a long one 413" {
	set -- REQUEST_METHOD=POST PATH_INFO=/rot13
	refused 411 'the length of the body is not given' A "$@" CONTENT_LENGTH=
	ask "$@" <body
	grep -q '^Status: 411 ' header
	for length in -1 +1 ' 1' '1 ' 1.0 0x1 1e0 abc '1,1'; do
		refused 400 'the length of the body is no number' A "$@" \
			CONTENT_LENGTH="$length"
	done
	for length in 100000 4294967297 18446744073709551617 \
		"$(printf %070000d 1 | tr 0 9)"; do
		refused 413 'the length is past the limit' A "$@" \
			CONTENT_LENGTH="$length"
		grep -q 'result=too-long' log
	done
	answered 200 N A "$@" CONTENT_LENGTH=0000001
}

@test "a body shorter than its length is 400, bytes after it are not read" {
	refused 400 'the body ended before its length' ABC \
		REQUEST_METHOD=POST PATH_INFO=/rot13 CONTENT_LENGTH=4
	grep -q ' bytes_in=3 .* result=truncated' log
	refused 400 'the body ended before its length' '' \
		REQUEST_METHOD=POST PATH_INFO=/rot13 CONTENT_LENGTH=1
	answered 200 NO ABC REQUEST_METHOD=POST PATH_INFO=/rot13 CONTENT_LENGTH=2
	{
		ask REQUEST_METHOD=POST PATH_INFO=/rot13 CONTENT_LENGTH=2
		run -0 cat
		assert_output C
	} < <(printf AB; until [[ -s content ]]; do sleep 0.05; done; printf C)
}

@test "a transform that fails is 422" {
	refused 422 'not UTF-8 at byte 1' '\xff' \
		REQUEST_METHOD=POST PATH_INFO=/shout
	grep -q ' transform="shout" bytes_in=1 bytes_out=20 result=failed' log
	refused 422 'not UTF-8 at byte 100' \
		"$(printf 'é%.0s' {1..49})a\\xe9" \
		REQUEST_METHOD=POST PATH_INFO=/title
}

@test "missing and odd variables are 400" {
	refused 400 'no REQUEST_METHOD: versed.cgi is for web servers' A
	refused 400 'no REQUEST_METHOD: versed.cgi is for web servers' A \
		REQUEST_METHOD= PATH_INFO=/rot13
	refused 400 'PATH_INFO does not start with a slash' A \
		REQUEST_METHOD=POST PATH_INFO=rot13
	refused 400 'neither a transform at the end of the path nor a form' A \
		REQUEST_METHOD=POST
	refused 400 'neither a transform at the end of the path nor a form' A \
		REQUEST_METHOD=POST CONTENT_TYPE=text/plain
}

@test "queries, and command lines that web servers make of them, are nothing" {
	query=$(printf %0100000d 0)
	answered 200 N A REQUEST_METHOD=POST PATH_INFO=/rot13 \
		QUERY_STRING="$query" HTTP_COOKIE="$query" HTTP_X="$query"
	printf A | env -i REQUEST_METHOD=POST PATH_INFO=/rot13 \
		CONTENT_LENGTH=1 "$CGI" -s --help "$query" >response
	[[ $(tail -c 1 response) == N ]]
}

@test "a browser gets the page, its HEAD the same header" {
	ask REQUEST_METHOD=GET HTTP_ACCEPT='text/html,*/*;q=0.8'
	grep -qx 'Content-Type: text/html; charset=utf-8' header
	grep -qx 'Vary: Accept' header
	grep -qx 'Cache-Control: private, no-cache' header
	grep -qx 'Referrer-Policy: same-origin' header
	grep -q '<option value="cummingsify">cummingsify – lower case</option>' \
		content
	run ! grep -q '<option value="transforms"' content
	grep -q 'At most 99999 bytes' content
	run ! grep -q 'id="result"' content
	cp header get
	ask REQUEST_METHOD=HEAD HTTP_ACCEPT='text/html,*/*;q=0.8'
	cmp get header
	[[ ! -s content ]]
}

@test "the policy allows the page's style sheet and its form only" {
	ask REQUEST_METHOD=GET HTTP_ACCEPT=text/html
	hash=$(/usr/bin/python3 -c '
import base64, hashlib, re, sys
style = re.search(b"<style>(.*?)</style>", sys.stdin.buffer.read(), re.S)
print(base64.b64encode(hashlib.sha256(style[1]).digest()).decode())' <content)
	policy="default-src 'none'; style-src 'sha256-$hash'; "
	policy+="form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	grep -qxF "Content-Security-Policy: $policy" header
	run ! grep -E 'src=|href=|url\(|@import|<script|style=| on[a-z]+=' content
}

@test "the page's form gives the page with the result" {
	printf 'transform=cummingsify&text=%%CE%%9F+%%3Cb%%3E%%26%%0D%%0AX' >body
	ask REQUEST_METHOD=POST "$FORM" CONTENT_LENGTH="$(wc -c <body)" <body
	grep -qx 'Status: 200 OK' header
	grep -qx 'Content-Type: text/html; charset=utf-8' header
	grep -q '<option value="cummingsify" selected>cummingsify – ' content
	tr '\n' '|' <content >line
	grep -qF '<pre lang="" dir="auto">|ο &lt;b&gt;&amp;|x</pre>' line
	grep -qF 'aria-invalid="false">|Ο &lt;b&gt;&amp;|X</textarea>' line
	run ! grep result= log
	cp content page
	ask REQUEST_METHOD=POST PATH_INFO=/ CONTENT_LENGTH="$(wc -c <body)" \
		"$FORM;charset=UTF-8" <body
	cmp page content
}

@test "a form that cannot be answered gives the page with the reason" {
	form_refused 404 'no such transform' \
		'transform=%%3Cnosuch%%3E&text=%%3Ci%%3E'
	grep -q '^&lt;i&gt;</textarea>' content
	run ! grep -E '<pre|<i>|<nosuch' content
	grep -q 'transform="<nosuch>"' log
	form 'text=%%ff&transform=shout'
	grep -q '^Status: 422 ' header
	grep -q '<p class="problem">not UTF-8 at byte 1</p>' content
	LC_ALL=C grep -q $'^\xff</textarea>' content
}

@test "a form that lacks a field is 400, the poem still in its page" {
	for body in '' 'x' 'transform=rot13' 'transform=%%zz' \
		'transform=rot13%%26text%%3DA'; do
		form_refused 400 'the form lacks its transform or its text' "$body"
		grep -q 'Your poem was not read' content
	done
	form_refused 400 'the form lacks its transform or its text' 'text=A+%%26'
	grep -q '^A &amp;</textarea>' content
	run ! grep -q 'Your poem was not read' content
}

@test "a form is read as the URL Standard has it" {
	form 'transform=rot13&text=50%% wool, 5%%4, %%'
	grep -q '^50% jbby, 5%4, %</pre>' content
	form '&&%%74ransform=rot13&te%%78t=%%41&text=B'
	grep -q '^N</pre>' content
	form 'text&transform=rot13'
	grep -q 'It is empty.  Your poem has 0 bytes' content
	form 'transform=rot13%%26text%%3DB&text=%%41'
	grep -q '^Status: 404 ' header
	grep -q '^A</textarea>' content
	grep -q 'transform="rot13&text=B" ' log
}

@test "the limit of a form is that of its decoded text" {
	{
		printf 'transform=rot13&text='
		head -c 99999 /dev/zero | sed 's/\x0/%0D%0A/g'
	} >body
	ask REQUEST_METHOD=POST "$FORM" CONTENT_LENGTH="$(wc -c <body)" <body
	grep -q '^Status: 200 ' header
	printf A >>body
	ask REQUEST_METHOD=POST "$FORM" CONTENT_LENGTH="$(wc -c <body)" <body
	grep -q '^Status: 413 ' header
	grep -q '<p class="problem">the text is past the limit</p>' content
	grep -q '<p>It has 100000 bytes.</p>' content
}

# long_form SIZE [VARIABLE=VALUE ...]: a form of so many bytes is 413.
long_form() {
	printf 'transform=rot13&text=' >body
	head -c "$(($1 - 21))" /dev/zero | tr '\0' A >>body
	ask REQUEST_METHOD=POST "$FORM" CONTENT_LENGTH="$1" "${@:2}" <body
	grep -q '^Status: 413 ' header
	grep -q '<title>No result – Transform a poem</title>' content
}

@test "a form past the limit is read on, to give the poem back" {
	long_form 1048576
	grep -q '<p>It has 1048555 bytes.</p>' content
	[[ $(tr -dc A <content | wc -c) -gt 1048555 ]]
	long_form 1048577
	grep -q 'Your browser still has it' content
	run ! grep -q AAA content
	# Four times a greater limit, and more.
	long_form 4000000 VERSED_MAX_LENGTH=1000000
	grep -q '<p>It has 3999979 bytes.</p>' content
}

@test "a page has room for the longest text and result, of marks only" {
	not_under valgrind 'filters need pidfd_open(2)'
	printf 'text=' >body
	head -c 1048571 /dev/zero | tr '\0' '"' >>body
	ask REQUEST_METHOD=POST "$FORM" CONTENT_LENGTH=1048576 <body
	[[ $(grep -o '&#34;' content | wc -l) == 1048571 ]]
	mkdir filters
	printf '#!/bin/sh\nhead -c 1165525 /dev/zero | tr "\\0" "\\042"\n' \
		>filters/marks
	chmod +x filters/marks
	printf 'transform=marks&text=' >body
	head -c 99999 /dev/zero | tr '\0' '"' >>body
	ask REQUEST_METHOD=POST "$FORM" CONTENT_LENGTH="$(wc -c <body)" \
		VERSED_FILTERS="$PWD/filters" <body
	[[ $(grep -o '&#34;' content | wc -l) == 1265524 ]]
}

@test "VERSED_MAX_LENGTH sets the limit" {
	set -- REQUEST_METHOD=POST PATH_INFO=/rot13
	answered 200 NO AB "$@" VERSED_MAX_LENGTH=2
	refused 413 'the length is past the limit' ABC "$@" VERSED_MAX_LENGTH=2
	head -c 200000 /dev/zero | tr '\0' A >body
	ask "$@" CONTENT_LENGTH=200000 VERSED_MAX_LENGTH=200000 <body
	tr A N <body | cmp - content
}

@test "VERSED_TIMEOUT bounds a request, however it trickles" {
	SECONDS=0
	ask REQUEST_METHOD=POST PATH_INFO=/rot13 CONTENT_LENGTH=99 \
		VERSED_TIMEOUT=1 < <(for _ in {1..100}; do
			printf A
			sleep 0.1
		done 2>/dev/null)
	[[ $SECONDS -lt 7 ]]
	grep -q '^Status: 400 ' header
	grep -q 'result=timeout' log
}

@test "a response that nobody takes ends with the deadline: 75" {
	head -c 99999 /dev/zero >body
	mkfifo pipe
	exec 5<>pipe
	run -75 --separate-stderr env -i REQUEST_METHOD=POST CONTENT_LENGTH=99999 \
		PATH_INFO=/number VERSED_TIMEOUT=1 "$BASH" -c '"$0" <body >pipe' \
		"$CGI"
	exec 5>&-
	[[ $stderr == *'bytes_out=0 result=timeout'* ]]
}

@test "a body that cannot be read: 503" {
	run -0 --separate-stderr env -i REQUEST_METHOD=POST PATH_INFO=/rot13 \
		CONTENT_LENGTH=1 "$CGI" </
	assert_line -n 0 'Status: 503 Service Unavailable'
	[[ $stderr == *' result=error reason="the body cannot be read" ms='* ]]
}

@test "a response that cannot be written: 74" {
	run -74 --separate-stderr env -i REQUEST_METHOD=GET "$BASH" -c \
		'"$0" >/dev/full' "$CGI"
	[[ $stderr == *'result=undelivered reason="No space left on device" ms='* ]]
}

@test "a setting that is none: 503 and 78" {
	for setting in VERSED_MAX_LENGTH=0 VERSED_MAX_LENGTH=x VERSED_TIMEOUT=-1 \
		VERSED_VERBOSE=yes VERSED_FILTERS=nowhere; do
		run -78 --separate-stderr env -i REQUEST_METHOD=GET "$setting" "$CGI"
		assert_line -n 0 'Status: 503 Service Unavailable'
		assert_line 'versed.cgi cannot run here'
		[[ $stderr == "versed.cgi: ${setting%=*}: "* ]]
	done
}

@test "no room for a request: 503 and 71" {
	limit_memory
	run -71 --separate-stderr env -i REQUEST_METHOD=POST PATH_INFO=/rot13 \
		CONTENT_LENGTH=99999999 VERSED_MAX_LENGTH=99999999 "$CGI"
	assert_line -n 0 'Status: 503 Service Unavailable'
	[[ $stderr == 'versed.cgi: cannot prepare: Out of memory' ||
		$stderr == 'versed.cgi: cannot prepare: Cannot allocate memory' ]]
}

@test "a form takes the room of its text, however it is encoded" {
	limit_memory
	form_refused 400 'the body ended before its length' '' \
		CONTENT_LENGTH=60000000 VERSED_MAX_LENGTH=10000000
}

@test "more transforms than can be listed: 503 and 71" {
	mkdir filters
	for ((i = 0; i < 1100; i++)); do
		printf '%060d\0' "$i"
	done | (cd filters && xargs -0 -n 1100 touch && chmod +x -- *)
	run -71 --separate-stderr env -i REQUEST_METHOD=GET \
		VERSED_FILTERS="$PWD/filters" "$CGI"
	assert_line -n 0 'Status: 503 Service Unavailable'
	[[ $stderr == 'versed.cgi: cannot prepare: the transforms cannot be listed' ]]
}

@test "VERSED_FILTERS adds the programs of a folder" {
	not_under valgrind 'filters need pidfd_open(2)'
	mkdir filters
	ln -s /usr/bin/rev /bin/sleep filters
	ask REQUEST_METHOD=GET VERSED_FILTERS="$PWD/filters"
	grep -qx rev content
	answered 200 'CBA\n' 'ABC\n' REQUEST_METHOD=POST PATH_INFO=/rev \
		VERSED_FILTERS="$PWD/filters"
	answered 422 'the transform failed on this text\n' A REQUEST_METHOD=POST \
		PATH_INFO=/sleep VERSED_FILTERS="$PWD/filters"
	grep -q 'filter="sleep" message="' log
}

@test "a filter that cannot run: 503, and the log says why" {
	not_under valgrind 'filters need pidfd_open(2)'
	mkdir filters
	printf '#!/nonexistent/sh\n' >filters/lost
	printf '#!/bin/sh\nno-such-program\n' >filters/lacking
	chmod +x filters/*
	answered 503 'the server cannot run this transform\n' A \
		REQUEST_METHOD=POST PATH_INFO=/lost VERSED_FILTERS="$PWD/filters"
	grep -qx 'Status: 503 Service Unavailable' header
	grep -q ' result=broken reason="cannot start it: its interpreter /nonexistent/sh: No such file or directory"' log
	answered 503 'the server cannot run this transform\n' A \
		REQUEST_METHOD=POST PATH_INFO=/lacking \
		VERSED_FILTERS="$PWD/filters"
	grep -q ' result=broken reason="it exited with status 127: ' log
}

@test "a filter's room is that of versed, however short the text" {
	not_under valgrind 'filters need pidfd_open(2)'
	mkdir filters
	printf '#!/bin/sh\nexec head -c 1165525 /dev/zero\n' >filters/long
	chmod +x filters/long
	ask REQUEST_METHOD=POST PATH_INFO=/long CONTENT_LENGTH=0 \
		VERSED_FILTERS="$PWD/filters" </dev/null
	[ "$(wc -c <content)" = 1165525 ]
	printf '5:long.,' | "$VERSED" -f "$PWD/filters" | wc -c |
		grep -x 1165534
	sed -i s/25/26/ filters/long
	ask REQUEST_METHOD=POST PATH_INFO=/long CONTENT_LENGTH=0 \
		VERSED_FILTERS="$PWD/filters" </dev/null
	head -n 1 header | grep -q 422
	grep -q 'message="it wrote more than 1165525 bytes"' log
}

@test "a filter that is late: 503" {
	not_under valgrind 'filters need pidfd_open(2)'
	mkdir filters
	printf '#!/bin/sh\nexec sleep 20\n' >filters/slow
	chmod +x filters/slow
	SECONDS=0
	answered 503 'the filter was not done at the deadline\n' A \
		REQUEST_METHOD=POST PATH_INFO=/slow VERSED_TIMEOUT=1 \
		VERSED_FILTERS="$PWD/filters"
	[[ $SECONDS -lt 5 ]]
	grep -q 'result=timeout' log
}

@test "VERSED_VERBOSE logs what was answered, and the peer" {
	answered 200 N A REQUEST_METHOD=POST PATH_INFO=/rot13 VERSED_VERBOSE=1 \
		REMOTE_ADDR=2001:db8::1 REMOTE_PORT=4711
	line='peer=[2001:db8::1]:4711 transform="rot13" bytes_in=1 bytes_out=1'
	grep -qF "$line result=ok ms=" log
	refused 400 'no REQUEST_METHOD: versed.cgi is for web servers' A \
		REMOTE_ADDR=$'192.0.2.7\nspoof="x" y=' REMOTE_PORT=$'\x1b[m'
	grep -q '^peer=- bytes_in=0 ' log
}

@test "the sandbox is entered before the body is read" {
	need strace
	skip_unless "! env -i '$CGI' 2>&1 | grep 'no system call filter'" \
		"a system call filter"
	printf A >body
	strace -qq -o trace -e trace=read,seccomp,prctl,execve \
		env -i REQUEST_METHOD=POST PATH_INFO=/rot13 CONTENT_LENGTH=1 \
		"$CGI" <body >response
	[[ $(tail -c 1 response) == N ]]
	tac trace | sed '/execve/q' | tac >own
	first=$(grep -nE -m 1 'read\(0' own)
	filter=$(grep -nE -m 1 'PR_SET_SECCOMP, SECCOMP_MODE_FILTER.* = 0' own)
	[[ ${filter%%:*} -lt ${first%%:*} ]]
}

@test "SIGTERM ends a request that is not whole, with a line in the log" {
	not_under valgrind 'it has the signals itself'
	mkfifo body
	exec 5<>body
	printf A >&5
	start env -i REQUEST_METHOD=POST PATH_INFO=/rot13 CONTENT_LENGTH=9 \
		"$BASH" -c 'exec "$0" <body >response 2>log' "$CGI"
	# Once it catches the signal, 15, it is about to read.
	wait_until 5 grep -q '^SigCgt:.*[4-7c-f]...$' "/proc/$started/status"
	kill "$started"
	wait_until 9 grep -q 'bytes_in=.* result=timeout' log
	wait "$started"
	exec 5>&-
	grep -q '^Status: 400 ' response
}

@test "SIGTERM that comes before the first byte is not forgotten" {
	need strace
	mkfifo body
	exec 5<>body
	run -0 --separate-stderr timeout 10 strace -qq -o trace -e trace=prctl \
		-e inject=prctl:signal=SIGTERM:when=1 \
		env -i REQUEST_METHOD=POST PATH_INFO=/rot13 CONTENT_LENGTH=9 \
		"$CGI" <body
	exec 5>&-
	# shellcheck disable=SC2154 # run sets it
	assert_regex "$stderr" 'result=timeout'
}

@test "SIGTERM ends a filter, and what it started" {
	not_under valgrind 'filters need pidfd_open(2)'
	mkdir filters
	cat >filters/slow <<-END
		#!/bin/sh
		setsid sh -c 'echo \$\$ >>$PWD/pids; exec sleep 1000' &
		echo \$\$ >>$PWD/pids
		exec sleep 1000
	END
	chmod +x filters/slow
	start env -i REQUEST_METHOD=POST PATH_INFO=/slow CONTENT_LENGTH=0 \
		VERSED_TIMEOUT=0 VERSED_FILTERS="$PWD/filters" \
		"$BASH" -c 'exec "$0" </dev/null >response 2>log' "$CGI"
	wait_until 9 eval '[[ $(wc -l <pids) == 2 ]]'
	kill "$started"
	wait_until 9 grep -q 'result=timeout' log
	wait "$started"
	grep -q '^Status: 503 ' response
	while read -r pid; do
		run ! kill -0 "$pid"
	done <pids
}

@test "a refused body is dropped: who sends it is not cut off" {
	{
		head -c 5000000 /dev/zero
		echo $? >sent
	} | ask REQUEST_METHOD=POST PATH_INFO=/nosuch CONTENT_LENGTH=5000000
	grep -q '^Status: 404 ' header
	[[ $(cat sent) == 0 ]]
}

@test "who cannot run drops the body, too: the 503 is not cut off" {
	{
		head -c 5000000 /dev/zero
		echo $? >sent
	} | {
		run -78 --separate-stderr env -i REQUEST_METHOD=POST \
			CONTENT_LENGTH=5000000 VERSED_MAX_LENGTH=x "$CGI"
		assert_line -n 0 'Status: 503 Service Unavailable'
	}
	wait_until 5 test -s sent
	[[ $(cat sent) == 0 ]]
}
