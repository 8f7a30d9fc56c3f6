# SPDX-License-Identifier: ISC
# The transforms of the table, through the real handler, and their case data.
# shellcheck disable=SC2059,SC1112,SC2154 # formats are arguments, quotes are meant, stderr is bats's

setup() {
	load lib/lib
	cd "$BATS_TEST_TMPDIR" || exit
}

# transforms NAME TEXT RESULT: both as they are.
transforms() {
	netstring "$1.$2" | "$VERSED" >got
	netstring "$3" | cmp - got
}

# fails NAME TEXT BYTE: a printf format; there is no reply, and the log says at
# which byte it is not UTF-8.
fails() {
	printf -- "$2" >text
	{
		printf '%d:%s.' $(($(wc -c <text) + ${#1} + 1)) "$1"
		cat text
		printf ,
	} >request
	run -70 --separate-stderr "$VERSED" <request
	[ -z "$output" ]
	grep -q "bytes_out=0 result=failed reason=\"not UTF-8 at byte $3\"" \
		<<<"$stderr"
}

# agrees NAME COMMAND ...: NAME gives of the file text what COMMAND makes of it.
agrees() {
	local name=$1
	shift
	"$@" <text >result
	{
		printf '%d:%s.' $(($(wc -c <text) + ${#name} + 1)) "$name"
		cat text
		printf ,
	} | "$VERSED" -m 999999 >got
	{
		printf '%d:' "$(wc -c <result)"
		cat result
		printf ,
	} | cmp - got
}

# like NAME COMMAND ...: NAME agrees with it on texts of few and strange lines.
like() {
	local text
	for text in '' '\n' 'a\n' 'a' 'a\nb\n' '\n\na\n\n' 'a\0\n\xff\nc\n'; do
		printf "$text" >text
		agrees "$@"
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
	transforms title 'ինչո՞ւ կ՚երթամ' 'Ինչո՞ւ Կ՚երթամ'
	transforms title 'yaʔax ٣d 3d' 'Yaʔax ٣d 3d'
	transforms title $'foo\u200bbar' $'Foo\u200bBar'
	transforms title "the 90's, 2ND" "The 90's, 2nd"
	transforms title "foo_bar DON´T rock 'n' roll" "Foo_Bar Don´t Rock 'N' Roll"
	transforms title 'ΟΔΟΣ.ΑΒ ΟΔΟΣ:ΑΒ' 'Οδος.Αβ Οδοσ:αβ'
	transforms title 'a—b…c d' 'A—B…C D'
}

@test "the case transforms refuse what is not UTF-8" {
	for name in cummingsify shout title; do
		fails "$name" 'ab\xff' 3
		fails "$name" '\xc1\x81' 1
		fails "$name" '\xe0\x80\xaf' 1
		fails "$name" '\xed\xa0\x80' 1
		fails "$name" '\xf4\x90\x80\x80' 1
		fails "$name" 'a\xc3' 2
		fails "$name" "$(printf 'x%.0s' {1..300})"'\xe1\xbc' 301
		fails "$name" "$(printf 'É%.0s' {1..300})"'é\xe1\xbc.' 603
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
	transforms reverse $'a\r\nb' $'b\r\na'
	transforms reverse $'a\nb\r\nc' $'c\r\nb\na'
	transforms reverse $'a\nb\r\n' $'b\r\na\n'
	like reverse /usr/bin/python3 -c '
import sys
data = sys.stdin.buffer.read()
end = data[-1:] if data.endswith(b"\n") else b""
body = data[: len(data) - len(end)]
sys.stdout.buffer.write(b"\n".join(body.split(b"\n")[::-1]) + end)'
}

@test "a byte order mark stays first, in reverse and in number" {
	bom=$'\ufeff'
	transforms reverse "$bom"$'a\nb' "$bom"$'b\na'
	transforms reverse "$bom" "$bom"
	transforms reverse "$bom"$'\n' "$bom"$'\n'
	transforms reverse $'a\n\ufeffb' $'\ufeffb\na'
	transforms number "$bom"$'a\nb' "$bom"$'     1\ta\n     2\tb'
	transforms number "$bom" "$bom"
}

@test "reverse twice gives back every text of six lines' parts, where versed(8) says so" {
	need_shipped libraries
	skip_unless "test -e '$BUILD/unit/casemap.so'" 'make check'
	run -0 /usr/bin/python3 "$ROOT/tests/unit/lines-oracle.py" \
		"$BUILD/unit/casemap.so"
	assert_output '1093 texts, 242 of them not given back'
}

@test "the case table is what the Unicode Character Database gives" {
	skip_unless 'test -e /usr/share/unicode/UnicodeData.txt' unicode-data
	/usr/bin/python3 "$ROOT/src/transforms/casemap-table.py" >table.c
	# A later Unicode may differ: then the oracles alone say what is right.
	if cmp <(sed -n 4p table.c) <(sed -n 4p "$ROOT/src/transforms/casemap-table.c")
	then
		cmp table.c "$ROOT/src/transforms/casemap-table.c"
	fi
}

@test "case mapping agrees with Python" {
	need_shipped libraries
	skip_unless 'test -e /usr/share/unicode/UnicodeData.txt' unicode-data
	skip_unless "test -e '$BUILD/unit/casemap.so'" 'make check'
	run -0 /usr/bin/python3 "$ROOT/tests/unit/casemap-oracle.py" \
		"$BUILD/unit/casemap.so"
	[[ "$output" == '0 differences from Python '* ]]
}

@test "title's words are ICU's, but for those listed" {
	need_shipped libraries
	skip_unless "/usr/bin/python3 -c 'import icu' 2>/dev/null" python3-icu
	skip_unless "test -e '$BUILD/unit/casemap.so'" 'make check'
	run -0 /usr/bin/python3 "$ROOT/tests/unit/words-oracle.py" \
		"$BUILD/unit/casemap.so"
	[[ "${lines[-1]}" == '0 differences from ICU '* ]]
}

@test "fortunes in six languages through every transform, as the oracles have them" {
	need /usr/bin/python3
	skip_unless "/usr/bin/python3 -c 'import icu' 2>/dev/null" python3-icu
	for language in bg cs de es pl ru; do
		dir=/usr/share/games/fortunes/$language
		skip_unless "test -d '$dir'" "fortunes-$language"
		find -L "$dir" -type f ! -name '*.dat' ! -name '*.u8' | sort |
			xargs cat | head -c 150000 | sed '$d' >text
		[ "$(wc -c <text)" -gt 50000 ]
		[ "$(LC_ALL=C tr -d '\0-\177' <text | wc -c)" -gt 500 ]
		for case in cummingsify:lower shout:upper; do
			agrees "${case%:*}" /usr/bin/python3 -c "
import sys
text = sys.stdin.buffer.read().decode().${case#*:}()
sys.stdout.buffer.write(text.encode())"
		done
		agrees title /usr/bin/python3 -X utf8 \
			"$ROOT/tests/unit/words-oracle.py"
		agrees rot13 tr A-Za-z N-ZA-Mn-za-m
		agrees reverse tac
		agrees number cat -n
		agrees transforms "$VERSED" -L
	done
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

# with_transform CODE ROW: builds a versed that has it, in one file.
with_transform() {
	local table=src/transforms/transforms.c
	cp -r "$ROOT/Makefile" "$ROOT/src" "$ROOT/.clang-format" .
	sed -i -e "/^const struct transform transforms/e cat $1" \
		-e "/^    {NULL, /e cat $2" "$table"
	make -s build/versed CFLAGS='-O0 -Werror'
}

@test "the README's transform works where it says it goes, in the house's style" {
	awk '/^```c$/ { code = 1; next } /^```$/ { code = 0 } code' \
		"$ROOT/README.md" >snippet
	sed '/^    {"/,$d' snippet >code
	grep '^    {"' snippet >row
	with_transform code row
	diff "$ROOT/src/transforms/transforms.c" src/transforms/transforms.c |
		grep '^[<>]' >changes
	run ! grep -q '^<' changes
	[ "$(sed 's/^> \?//' changes)" = "$(cat code row)" ]
	printf '10:hush.Oh! !,' | build/versed | cmp - <(printf '5:Oh. .,')
	[ "$(build/versed -L | tail -n 2)" = $'transforms\nhush' ]
	need clang-format
	clang-format --dry-run -Werror src/transforms/transforms.c
}

@test "a transform that writes past its room answers nothing, or is killed" {
	cat >code <<'EOF'
static bool
twenty(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	(void)cap;
	for (size_t i = 0; i < len * 20; i++)
		ret_text[i] = text[i / 20];
	*ret_len = len * 20;
	return true;
}

EOF
	echo '    {"twenty", 1, twenty, "each byte twenty times"},' >row
	with_transform code row
	printf '8:twenty.A,' | build/versed >got
	[ "$(cat got)" = "20:$(printf 'A%.0s' {1..20})," ]
	printf '7507:twenty.%07500d,' 0 >request
	run -70 --separate-stderr build/versed <request
	[ -z "$output" ]
	printf '90007:twenty.%090000d,' 0 >request
	run -139 --separate-stderr build/versed <request
	[ -z "$output" ]

	# With the room that it takes, it may have it.
	rm -r src
	sed -i 's/1, twenty/20, twenty/' row
	with_transform code row
	printf '90007:twenty.%090000d,' 0 | build/versed |
		cmp - <(printf '1800000:%01800000d,' 0)
}

@test "versed(8) tells of each transform what the table says, in its order" {
	sed -n 's/^    {"\([^"]*\)".*"\(.*\)"},$/\1: \u\2./p' \
		"$ROOT/src/transforms/transforms.c" >table
	sed -n '/^\.Ss Transforms/,/^\.El/p' "$ROOT/man/versed.8" |
		sed -n '/^\.It Cm /{
			s///
			N
			s/\n/: /p
		}' >manual
	diff table manual
	[ "$(cut -d : -f 1 table)" = "$("$VERSED" -L)" ]
	# What it shows of words is so.
	sed -n '/^\.It Cm title/,/^\.It Cm rot13/p' "$ROOT/man/versed.8" |
		sed -n "s/^\.Ql \(.*\) [,.]$/\1/p" |
		sed "s/\\\\(cq/’/g; s/\\\\('e/é/g" >examples
	[ "$(wc -l <examples)" -ge 7 ]
	while IFS= read -r example; do
		transforms title "$(/usr/bin/python3 -c \
			'import sys; print(sys.argv[1].lower())' "$example")" \
			"$example"
	done <examples
}
