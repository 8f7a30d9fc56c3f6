# SPDX-License-Identifier: ISC
# An answer of versed.cgi that was cut off is seen to be, under the web servers
# of versed.cgi(8), each configured as there: behind a slow link, to a client
# that reads late, and where versed.cgi is killed.
# shellcheck disable=SC2016,SC2030,SC2031 # scripts are for other shells, tests are subshells

load lib/box
load lib/web

setup_file() {
	load lib/lib
	[[ $(id -u) == 0 ]] || return 0
	# 100 000 bytes a second: the answer takes eight seconds, versed.cgi's
	# deadline there is three.
	web_net 800kbit
	web_start lighttpd apache prefork nginx
}

setup() {
	load lib/lib
	need_root
	need_web lighttpd apache2 nginx fcgiwrap
	need tc nsenter
	# What number, like cat -n, makes of it is eight times as long, and no more than that.
	yes '' | head -c 99999 >lines
	cat -n lines >want
	[[ $(wc -c <want) == 799992 ]]
}

under_each() {
	web_each lighttpd apache prefork nginx -- "$@"
}

# numbered [ARGUMENT ...]: what the client takes for a whole answer is one.
# Leaves its exit status in taken.
numbered() {
	taken=0
	"${NET[@]}" curl -sS -m 60 -o got -D header --data-binary @lines "$@" \
		"$URL/number" || taken=$?
	[[ $(wc -c <got) != 0 ]]
	[[ $taken != 0 ]] || cmp want got
}

slow() {
	numbered "$@"
	# These hand the answer on as it comes, the others collect it.  curl has
	# failed to read, or in HTTP/2; or to send, after the beginning came.
	[[ $SERVER != @(apache|prefork) ]] || [[ $taken == @(18|92|55) ]]
}

@test "behind a slow link, what does not arrive whole does not look whole" {
	under_each slow
}

@test "nor by HTTP/1.0, by HTTP/2, or where it may be compressed" {
	for version in --http1.0 --http2-prior-knowledge --compressed; do
		web_each apache -- slow "$version"
	done
}

late() {
	exec 7< <("${NET[@]}" bash -c 'exec 7<>"/dev/tcp/${0/://}"
		printf "POST /versed/number HTTP/1.0\r\nContent-Length: 99999\r\n\r\n" >&7
		cat lines >&7
		# Once the answer has begun it waits to be told.
		dd bs=1 count=1 status=none <&7
		echo >begun
		read -r <ready
		cat <&7' "$HOST")
	wait_until 10 test -e begun
	wait_until 15 web_idle
	echo >ready
	cat <&7 >answer
	rm begun
	LC_ALL=C sed '/^\r$/q' answer >header
	tail -c +$(($(wc -c <header) + 1)) answer >got
	grep -qi '^Content-Length: 799992' header
	if [[ $SERVER == @(apache|prefork) ]]; then
		[[ $(wc -c <got) -lt 799992 ]]
	else
		cmp want got
	fi
}

@test "a client that reads late sees what it lacks by the length" {
	mkfifo ready
	under_each late
}

killed() {
	local version
	for version in --http1.1 --compressed; do
		numbered "$version"
		[[ $taken == 18 ]]
	done
}

@test "where versed.cgi is killed in mid-answer, the client sees it" {
	mv "$WEB/versed.cgi" "$WEB/versed.cgi.real"
	cp "$BATS_TEST_DIRNAME/peers/killed-cgi" "$WEB/versed.cgi"
	chmod 755 "$WEB/versed.cgi"
	under_each killed
	mv "$WEB/versed.cgi.real" "$WEB/versed.cgi"
}

@test "HEAD of the list has its length" {
	length() {
		"${NET[@]}" curl -sS -I "$URL" >header
		grep -qi "^content-length: $("$VERSED" -L | wc -c)" header
	}
	under_each length
}
