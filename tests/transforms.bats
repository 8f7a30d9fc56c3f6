# SPDX-License-Identifier: ISC
# The transforms of the table, through the real handler, and their case data.
# shellcheck disable=SC2059,SC1112 # formats are arguments, quotes are meant

setup() {
	load lib/lib
	cd "$BATS_TEST_TMPDIR" || exit
}

# transforms NAME TEXT RESULT: both as they are.
transforms() {
	netstring "$1.$2" | "$VERSED" >got
	netstring "$3" | cmp - got
}

# fails NAME TEXT: a printf format; there is no reply.
fails() {
	printf -- "$2" >text
	{
		printf '%d:%s.' $(($(wc -c <text) + ${#1} + 1)) "$1"
		cat text
		printf ,
	} >request
	run -70 --separate-stderr "$VERSED" <request
	[ -z "$output" ]
}

# like NAME COMMAND ...: NAME gives of each text what COMMAND makes of it.
like() {
	local name=$1 text
	shift
	for text in '' '\n' 'a\n' 'a' 'a\nb\n' '\n\na\n\n' 'a\0\n\xff\nc\n'; do
		printf "$text" >text
		"$@" <text >result
		{
			printf '%d:%s.' $(($(wc -c <text) + ${#name} + 1)) "$name"
			cat text
			printf ,
		} | "$VERSED" >got
		{
			printf '%d:' "$(wc -c <result)"
			cat result
			printf ,
		} | cmp - got
	done
}

@test "cummingsify: full lower case, with final sigmas and the dotted I" {
	transforms cummingsify 'HERE IS MY POEM' 'here is my poem'
	transforms cummingsify 'ΟΔΥΣΣΕΥΣ, Ο ΠΟΛΥΤΡΟΠΟΣ.' 'οδυσσευς, ο πολυτροπος.'
	transforms cummingsify 'ΑΣ΄Α ΑΣ΄' 'ασ΄α ας΄'
	transforms cummingsify 'Σ' 'σ'
	transforms cummingsify 'İstanbul' 'i̇stanbul'
	transforms cummingsify 'ẞ Ⱥ Ω K' 'ß ⱥ ω k'
	transforms cummingsify '𐐀' '𐐨'
}

@test "shout: full upper case, ß and the ligatures included" {
	transforms shout 'here is my poem' 'HERE IS MY POEM'
	transforms shout 'Straße, ﬁn, ŉ, ᾳ' 'STRASSE, FIN, ʼN, ΑΙ'
	transforms shout $'\xce\x90' $'\xce\x99\xcc\x88\xcc\x81'
	transforms shout 'ὀδυσσεύς' 'ὈΔΥΣΣΕΎΣ'
}

@test "title: words as people see them" {
	transforms title "don't go gentle" "Don't Go Gentle"
	transforms title 'l’ÉTÉ du 3RD' 'L’été Du 3rd'
	transforms title 'e.e. cummings/twenty-one' 'E.E. Cummings/Twenty-One'
	transforms title "'tis" "'Tis"
	transforms title 'ΟΔΟΣ ǆ ßs ﬁn' 'Οδος ǅ Sss Fin'
}

@test "the case transforms refuse what is not UTF-8" {
	for name in cummingsify shout title; do
		fails "$name" 'a\xff'
		fails "$name" '\xc1\x81'
		fails "$name" '\xe0\x80\xaf'
		fails "$name" '\xed\xa0\x80'
		fails "$name" '\xf4\x90\x80\x80'
		fails "$name" 'a\xc3'
		fails "$name" "$(printf 'x%.0s' {1..300})"'\xe1\xbc'
	done
}

@test "rot13 turns ASCII letters and nothing else" {
	transforms rot13 'Hello, Ä!' 'Uryyb, Ä!'
	like rot13 tr A-Za-z N-ZA-Mn-za-m
}

@test "number is cat -n" {
	like number cat -n
}

@test "reverse is tac where the text ends with a newline, and else does not end" {
	transforms reverse $'a\nb' $'b\na'
	transforms reverse $'\na' $'a\n'
	transforms reverse $'one\ntwo\n\n' $'\ntwo\none\n'
	like reverse /usr/bin/python3 -c '
import sys
data = sys.stdin.buffer.read()
end = data[-1:] if data.endswith(b"\n") else b""
body = data[: len(data) - len(end)]
sys.stdout.buffer.write(b"\n".join(body.split(b"\n")[::-1]) + end)'
}

@test "the case table is what the Unicode Character Database gives" {
	skip_unless 'test -e /usr/share/unicode/UnicodeData.txt' unicode-data
	/usr/bin/python3 "$ROOT/src/transforms/casemap-table.py" |
		cmp - "$ROOT/src/transforms/casemap-table.c"
}

@test "case mapping agrees with Python" {
	need_shipped libraries
	skip_unless 'test -e /usr/share/unicode/UnicodeData.txt' unicode-data
	skip_unless "test -e '$BUILD/unit/casemap.so'" 'make check'
	run -0 /usr/bin/python3 "$ROOT/tests/unit/casemap-oracle.py" \
		"$BUILD/unit/casemap.so"
	[[ "$output" == '0 differences from Python '* ]]
}

@test "a large poem passes the sandbox whole" {
	yes 'HERE IS MY POEM,' | head -c 20000000 >text
	{
		printf '20000012:cummingsify.'
		cat text
		printf ,
	} | "$VERSED" -m 20000012 >got
	{
		printf '20000000:'
		tr '[:upper:]' '[:lower:]' <text
		printf ,
	} | cmp - got
}

@test "the README's transform works where it says it goes" {
	cp -r "$ROOT/Makefile" "$ROOT/src" .
	awk '/^```c$/ { code = 1; next } /^```$/ { code = 0 } code' \
		"$ROOT/README.md" >code
	sed '/^transform_fn/,$d' code >>src/transforms/transforms.c
	grep '^transform_fn' code >prototype
	sed -i '/^transform_fn transform_rot13/r prototype' \
		src/transforms/transforms.h
	grep '^    {' code >row
	sed -i '/^    {"rot13"/r row' src/service/service.c
	make -s build/versed CFLAGS='-O0 -Werror'
	printf '10:hush.Oh! !,' | build/versed | cmp - <(printf '5:Oh. .,')
}
