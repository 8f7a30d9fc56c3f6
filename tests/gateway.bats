# SPDX-License-Identifier: ISC
# What may stand before a pool, with the configurations that the manuals show:
# one port for several protocols, limits for each client, TLS.
# shellcheck disable=SC2016 # what is for later
# shellcheck disable=SC2030,SC2031 # each test has variables of its own
# shellcheck disable=SC2059 # requests are formats
# shellcheck disable=SC2153,SC2154 # SERVER is of box.bash, stderr of bats

load lib/box

setup_file() {
	box_boot
	[[ -e $BOX/pid ]] || return 0
	# The web server of versed.cgi(8), and a name for the TLS to verify.
	box mkdir -p /srv/root /run/pki
	{
		echo 'server.port = 8080'
		echo 'server.bind = "127.0.0.1"'
		echo 'server.document-root = "/srv/root"'
		manual_block versed.cgi.8 lighttpd | grep -v breakagelog
	} | box tee /run/lighttpd.conf >/dev/null
	box sh -c 'echo 127.0.0.1 poems.example >>/etc/hosts'
}

setup() {
	load lib/lib
	need_box
	need curl haproxy lighttpd openssl socat
}

teardown() {
	[[ -e $BOX/pid ]] || return 0
	box systemctl stop balancer web stunnel@versed tls versed-pool.socket \
		versed-pool.service 2>/dev/null || true
	drop_in_end versed-pool.socket
	box systemctl reset-failed
}

# one_port [LINE ...]: HAProxy before the pool and the web server, as the manual
# has it, with these lines after its bind.
one_port() {
	manual_block versed-pool.8 'One port, several protocols' |
		drop_in versed-pool.socket
	box systemctl start versed-pool.socket
	box systemd-run -q --unit=web --collect lighttpd -D -f /run/lighttpd.conf
	{
		while IFS= read -r line; do
			printf '%s\n' "$line"
			[[ $line != *bind\ * ]] || printf '%s\n' "$@"
		done < <(manual_block versed-pool.8 'One port, several protocols' 2)
	} | sed "${wait_s+s/inspect-delay 30s/inspect-delay ${wait_s}s/}" |
		box tee /run/haproxy.cfg >/dev/null
	run -0 box haproxy -c -f /run/haproxy.cfg
	refute_output --partial WARNING
	wait_until 20 box curl -sf http://127.0.0.1:8080/versed
	start_haproxy
}

start_haproxy() {
	box systemd-run -q --unit=balancer --collect haproxy -db \
		-f /run/haproxy.cfg
	wait_until 20 box versify -l "$SERVER"
}

# held FIRST REST: what comes back for FIRST and, after a while, REST.
held() {
	(
		printf "$1"
		sleep 1
		printf "$2"
	) | box socat -t 33 - "TCP:$SERVER"
}

@test "one port: versify and curl, each answered by its own" {
	one_port
	served
	run -0 box curl -sS -d 'HERE IS MY POEM' "http://$SERVER/versed/cummingsify"
	assert_output 'here is my poem'
	# HTTP/2 starts with letters as well, if not with lighttpd.
	run -0 box curl -sS "http://$SERVER/versed"
	assert_line rot13
	# Two requests in one connection of HTTP; no netstring after them.
	run -0 box curl -sS "http://$SERVER/versed" "http://$SERVER/versed"
	assert_equal "$(grep -c rot13 <<<"$output")" 2
	# Whose client it was only HAProxy knows.
	printf '24:nonesuch.HERE IS MY POEM,' |
		box socat -t 33 - "TCP:$SERVER,bind=127.0.0.9"
	box_logged 'peer=127.0.0.1:[0-9]* transform="nonesuch"' -t versed-pool
	box_logged '^127.0.0.9:.* poems pool/pool ' -t haproxy
}

@test "one port: a browser" {
	need chromium
	one_port
	# On a busy machine it is at times too slow for itself.
	for _ in 1 2 3; do
		run --separate-stderr box timeout 60 chromium --headless=new \
			--no-sandbox --disable-gpu --disable-dev-shm-usage \
			--no-proxy-server --user-data-dir=/run/browser \
			--dump-dom "http://$SERVER/versed"
		[[ $status != 0 ]] || break
	done
	assert_success
	assert_output --partial '<textarea'
	assert_output --partial 'rot13'
}

@test "one port: who sends one byte, or GET, and waits is waited for" {
	one_port
	run -0 held 2 '7:cummingsify.HERE IS MY POEM,'
	assert_output '15:here is my poem,'
	run -0 held GET ' /versed HTTP/1.0\r\n\r\n'
	assert_line rot13
	# They hold up nobody.
	start box socat -u "TCP:$SERVER" STDOUT
	start box sh -c "sleep infinity | socat -t 33 - TCP:$SERVER"
	served
	stop_started
}

@test "one port: who sends nothing is let go, without a byte" {
	wait_s=1 one_port
	run -0 box timeout 20 socat -u "TCP:$SERVER" STDOUT
	assert_output ''
	box_logged '^127.0.0.1:.* poems poems/<NOSRV> ' -t haproxy
	served
}

limits() {
	manual_block versed-pool.8 'Limits for each client'
}

@test "limits: who asks too often is cut, others do not notice" {
	one_port "$(limits)"
	box build/bench/load -c 8 -x /run/stop 11000 >"$BATS_TEST_TMPDIR/flood" \
		3>&- &
	flood=$!
	box_logged '^127.0.0.1:.* poems pool/pool ' -t haproxy
	for ((n = 0; n < 30; n++)); do
		run -0 box versify -e "socat -t 33 - TCP:$SERVER,bind=127.0.0.2" \
			cummingsify <<<'HERE IS MY POEM'
		assert_output 'here is my poem'
	done
	box touch /run/stop
	wait "$flood" || true
	box rm /run/stop
	cat "$BATS_TEST_TMPDIR/flood"
	grep -qE ' failed=[1-9]' "$BATS_TEST_TMPDIR/flood"
}

@test "limits: who has too many connections at once gets no more of them" {
	one_port "$(limits)"
	# Slowly enough for the other limit.
	run -0 box /usr/bin/python3 - "$SERVER" <<-'END'
		import select, socket, sys, time
		host, port = sys.argv[1].split(":")
		opened = select.poll()
		sockets = []
		for _ in range(120):
		    sockets.append(socket.create_connection((host, int(port))))
		    opened.register(sockets[-1], select.POLLIN)
		    time.sleep(0.03)
		end = time.monotonic() + 20
		while len(opened.poll(0)) < 20 and time.monotonic() < end:
		    time.sleep(0.1)
		print(len(sockets) - len(opened.poll(0)), "are open")
	END
	assert_output '100 are open'
}

# certificates: an authority, and what it and others certify, in /run/pki.
certificates() {
	box sh -ec 'cd /run/pki
		new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
		for authority in known unknown; do
			openssl req -x509 $new -keyout $authority.key \
				-out $authority.pem -days 9 -subj "/CN=$authority" 2>/dev/null
		done
		printf "%s\n" "[ca]" default_ca=it "[it]" database=index \
			new_certs_dir=. rand_serial=yes unique_subject=no \
			default_md=sha256 policy=any "[any]" commonName=supplied \
			>authority
		# certify NAME HOST AUTHORITY END
		certify() {
			openssl req $new -keyout $1.key -out $1.csr \
				-subj "/CN=$2" 2>/dev/null
			echo "subjectAltName=DNS:$2" >names
			: >index
			openssl ca -batch -notext -config authority -cert $3.pem \
				-keyfile $3.key -startdate 20200101000000Z \
				-enddate $4 -extfile names -in $1.csr -out $1.pem 2>/dev/null
			cat $1.pem $1.key >$1.both
		}
		end=$(date -u -d "9 days" +%Y%m%d%H%M%SZ)
		certify good poems.example known $end
		certify misnamed other.example known $end
		certify expired poems.example known 20200102000000Z
		certify forged poems.example unknown $end'
}

# clients WHAT: versify through each line of its manual comes to WHAT.
clients() {
	local line n=0
	box tee /run/poem <<<'HERE IS MY POEM' >/dev/null
	while IFS= read -r line; do
		# Its last word is the file.
		run --separate-stderr box sh -c 'cd /run &&
			SSL_CERT_FILE=/run/pki/known.pem && export SSL_CERT_FILE && '"$line"
		"$@" || return
		n=$((n + 1))
	done < <(grep -E '^versify -e .*:11443' "$ROOT/man/versify.1")
	((n == 2))
}

get_the_poem() {
	assert_success
	assert_output 'here is my poem'
}

# fail_because REASON
fail_because() {
	assert_failure 69
	assert_output ''
	assert_regex "$stderr" "$1"
}

@test "TLS: the right server answers, any other is refused with the reason" {
	certificates
	bind=$(manual_block versed-pool.8 TLS)
	box cp /run/pki/good.both /etc/haproxy/versed.pem
	one_port "$bind"
	clients get_the_poem
	run -0 box curl -sS --cacert /run/pki/known.pem -d 'HERE IS MY POEM' \
		https://poems.example:11443/versed/cummingsify
	assert_output 'here is my poem'

	# As if another had the name's port.
	for kind in misnamed:'host ?name' expired:'expired|verify failed' \
		forged:'unable to get local issuer|verify failed'; do
		box cp "/run/pki/${kind%%:*}.both" /etc/haproxy/versed.pem
		box systemctl stop balancer
		start_haproxy
		clients fail_because "${kind#*:}"
	done
}

@test "TLS: stunnel" {
	need stunnel
	certificates
	box systemctl start versed-pool.socket
	box cp /run/pki/good.both /etc/stunnel/versed.pem
	manual_block versed-pool.8 TLS 2 |
		box tee /etc/stunnel/versed.conf >/dev/null
	box systemctl start stunnel@versed
	wait_until 20 box socat -u /dev/null TCP:127.0.0.1:11443
	clients get_the_poem
	box cp /run/pki/forged.both /etc/stunnel/versed.pem
	box systemctl restart stunnel@versed
	wait_until 20 box socat -u /dev/null TCP:127.0.0.1:11443
	clients fail_because 'unable to get local issuer|verify failed'
}

@test "TLS: socat" {
	certificates
	box systemctl start versed-pool.socket
	box cp /run/pki/good.both /etc/versed.pem
	# shellcheck disable=SC2046 # words
	box systemd-run -q --unit=tls --collect \
		$(manual_block versed-pool.8 TLS 3)
	wait_until 20 box socat -u /dev/null TCP:127.0.0.1:11443
	clients get_the_poem
}
