# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034 # scripts are quoted; who loads it uses the variables
# What the bats files have in common that ask versed.cgi through web servers:
# those of Debian, with the configuration that versed.cgi(8) shows, between
# the lines that Debian's own would have.  They run as nobody.
#
# They load lib/box and this outside of all functions, call web_start in
# setup_file(), and need_web in setup().

PATH=$PATH:/usr/sbin:/sbin
SETTINGS=${BATS_FILE_TMPDIR-}/web
MODULES=/usr/lib/apache2/modules

as_nobody() {
	[[ $(id -u) != 0 ]] || set -- setpriv --reuid=65534 --regid=65534 \
		--clear-groups "$@"
	exec "${NET[@]}" setsid "$@"
}

# What goes before a command that is to be in the servers' network: nothing,
# or after web_net what enters one of its own.
NET=()
[[ ! -e $SETTINGS.net ]] || NET=(nsenter -t "$(<"$SETTINGS.net")" --net)

# web_net RATE: the servers that are then started have a network of their own,
# whose one link carries RATE, as tc(8) writes it, and holds back little.
web_net() {
	local tries
	unshare --net sleep infinity >/dev/null 2>&1 3>&- &
	echo "$!" >"$SETTINGS.net"
	NET=(nsenter -t "$!" --net)
	for tries in {1..100}; do # until it is in there
		[[ $(readlink "/proc/$!/ns/net") == "$(readlink /proc/$$/ns/net)" ]] ||
			break
		sleep 0.1
	done
	"${NET[@]}" sh -ec 'ip link set lo mtu 1500 up
		tc qdisc add dev lo root tbf rate "$0" burst 6kb limit 1mb
		echo 4096 16384 65536 >/proc/sys/net/ipv4/tcp_wmem
		echo 4096 16384 65536 >/proc/sys/net/ipv4/tcp_rmem' "$1"
}

free_port() {
	/usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# manual SUBSECTION N: a literal block of the manual, its places and the
# timeout of its example made those of the test.
manual() {
	local block
	block=$(manual_block versed.cgi.8 "$@") || return
	sed "s,/usr/local/libexec,$WEB,; s,\\\\e,\\\\,g; s,/run/fcgiwrap,$WEB/fcgiwrap,
		s,/var/log/lighttpd,$WEB,; /VERSED_TIMEOUT/s/10/3/" <<<"$block"
}

configure_lighttpd() {
	cat <<-EOF
		server.port = $1
		server.bind = "127.0.0.1"
		server.document-root = "$WEB/root"
		server.errorlog = "$WEB/lighttpd.log"
		server.modules = ( "mod_setenv" )
	EOF
	manual lighttpd 1 | sed '$d'
	manual lighttpd 2
	manual 'Pages elsewhere' 3
	echo '}'
}

configure_apache() {
	cat <<-EOF
		ServerName localhost
		Listen 127.0.0.1:$1
		PidFile $WEB/apache.pid
		ScriptSock $WEB/apache.socket
		ErrorLog $WEB/apache.log
		DocumentRoot $WEB/root
		LoadModule mpm_event_module $MODULES/mod_mpm_event.so
		LoadModule authz_core_module $MODULES/mod_authz_core.so
		LoadModule alias_module $MODULES/mod_alias.so
		LoadModule env_module $MODULES/mod_env.so
		LoadModule cgid_module $MODULES/mod_cgid.so
		LoadModule filter_module $MODULES/mod_filter.so
		LoadModule deflate_module $MODULES/mod_deflate.so
		LoadModule http2_module $MODULES/mod_http2.so
		LoadModule headers_module $MODULES/mod_headers.so
		AddOutputFilterByType DEFLATE text/html text/plain
		Protocols h2c http/1.1
		<Directory />
			Require all denied
		</Directory>
		<Directory $WEB/root>
			Require all granted
		</Directory>
	EOF
	manual 'Apache httpd' 1
	manual 'Apache httpd' 2
	echo '<Location /versed>'
	manual 'Pages elsewhere' 1
	echo '</Location>'
}

# The same server, where it has a process for each request, and no HTTP/2.
configure_prefork() {
	configure_apache "$1" | sed 's/mpm_event/mpm_prefork/g; s/cgid/cgi/g
		s/apache\.\(pid\|log\)/prefork.\1/; /ScriptSock/d; /h2c/d
		/http2/d'
}

configure_nginx() {
	cat <<-EOF
		pid $WEB/nginx.pid;
		events {}
		http {
			access_log off;
			gzip on;
			gzip_types text/plain;
			client_body_temp_path $WEB/nginx-body;
			proxy_temp_path $WEB/nginx-proxy;
			fastcgi_temp_path $WEB/nginx-fastcgi;
			uwsgi_temp_path $WEB/nginx-uwsgi;
			scgi_temp_path $WEB/nginx-scgi;
			server {
				listen 127.0.0.1:$1;
	EOF
	manual 'nginx and fcgiwrap' 1 | sed '$d'
	manual 'nginx and fcgiwrap' 2
	manual 'Pages elsewhere' 2
	echo '} } }'
}

run_lighttpd() {
	as_nobody lighttpd -D -f "$WEB/lighttpd.conf"
}

run_apache() {
	as_nobody apache2 -D FOREGROUND -f "$WEB/apache.conf"
}

run_prefork() {
	as_nobody apache2 -D FOREGROUND -f "$WEB/prefork.conf"
}

run_nginx() {
	as_nobody nginx -e "$WEB/nginx.log" -g 'daemon off;' \
		-c "$WEB/nginx.conf"
}

run_fcgiwrap() {
	# The options of the manual's drop-in.
	local options
	options=$(manual 'nginx and fcgiwrap' 3 | sed -n 's/.*fcgiwrap //p')
	# shellcheck disable=SC2086
	as_nobody fcgiwrap $options -s "unix:$WEB/fcgiwrap.socket"
}

# spawn NAME: starts run_NAME, its process group to be killed by web_stop.
spawn() {
	("run_$1" >"$WEB/$1.out" 2>&1 3>&-) &
	echo "$!" >>"$SETTINGS.pids"
}

# web_start NAME ...: lighttpd, apache, prefork, nginx; their addresses are then in
# web.NAME.  One that is not installed is not started.
web_start() {
	local server program port
	command -v curl setpriv setsid >/dev/null || return 0
	WEB=$(mktemp -d)
	chmod 755 "$WEB"
	mkdir "$WEB/root"
	cp "$BUILD/versed.cgi" "$WEB"
	[[ $(id -u) != 0 ]] || chown -R 65534:65534 "$WEB"
	echo "$WEB" >"$SETTINGS"
	for server; do
		program=${server/prefork/apache}
		command -v "${program/apache/apache2}" >/dev/null || continue
		port=$(free_port)
		"configure_$server" "$port" >"$WEB/$server.conf"
		[[ $server != nginx ]] || spawn fcgiwrap
		spawn "$server"
		echo "127.0.0.1:$port" >"$SETTINGS.$server"
	done
	for server; do
		[[ ! -e $SETTINGS.$server ]] ||
			wait_until 10 "${NET[@]}" curl -sf "$(<"$SETTINGS.$server")/versed" ||
			cat "$WEB/$server".* >&2
	done
}

web_stop() {
	local pid
	[[ -e $SETTINGS ]] || return 0
	while read -r pid; do
		kill -- "-$pid" || true
		wait "$pid" || true
	done <"$SETTINGS.pids"
	[[ ! -e $SETTINGS.net ]] || kill "$(<"$SETTINGS.net")"
	rm -rf "$(<"$SETTINGS")"
}

teardown_file() {
	web_stop
}

need_web() {
	need curl "$@"
	WEB=$(<"$SETTINGS")
	cd "$BATS_TEST_TMPDIR" || return
}

# web_each NAME ... -- COMMAND ...: runs COMMAND with the server's name in
# SERVER, its address in HOST and versed.cgi's in URL.
web_each() {
	local servers=()
	while [[ $1 != -- ]]; do
		servers+=("$1")
		shift
	done
	shift
	for SERVER in "${servers[@]}"; do
		HOST=$(<"$SETTINGS.$SERVER")
		URL=http://$HOST/versed
		echo "under $SERVER:"
		"$@"
	done
}

# Whether a process of versed.cgi runs.
web_busy() {
	find /proc -maxdepth 2 -name exe -lname "$WEB/versed.cgi" 2>/dev/null |
		grep -q .
}

web_idle() {
	! web_busy
}
