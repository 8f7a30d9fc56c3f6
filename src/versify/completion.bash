# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# bash completion for versify(1): options, hosts and files, and the transforms
# that the server named before them has.

# Offers the transforms that begin with WORD: the server's where it answers
# within a second, else those of a versed on this machine.  A handler is not
# started only to complete its arguments.  The list is a stranger's: only whole
# lines that are names are taken, and nothing expands them.
_versify_transforms() {
	local server=$1 word=$2 name
	while IFS= read -r name; do
		[[ $name != "$word"* ]] || COMPREPLY+=("$name")
	done < <(
		if [[ -n $server ]]; then
			versify -t 1 -l -- "$server"
		else
			versed -L
		fi 2>/dev/null </dev/null |
			LC_ALL=C grep -axE '[a-z0-9][a-z0-9_-]{0,63}'
	)
}

# Finds what stands before the cursor: sets previous, operands, command and
# list.  The words are cut at blanks, not as bash does, at colons too.
_versify_parse() {
	local words word i
	read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
	[[ ${COMP_LINE:0:COMP_POINT} != *[[:blank:]] ]] || words+=('')
	previous=${words[-2]}
	for ((i = 1; i < ${#words[@]} - 1; i++)); do
		word=${words[i]}
		case $word in
		-e | --execute) command=${words[++i]} ;;
		--*timeout | --max-length | --output | --retries) ((++i)) ;;
		--list | --get) list=1 ;;
		--*) ;;
		-*[cmort]) ((++i)) ;;
		-*[gl]*) list=1 ;;
		-?*) ;;
		*) operands+=("$word") ;;
		esac
	done
}

_versify() {
	local word=$2 previous='' command='' list='' operands=()
	COMPREPLY=()
	_versify_parse
	case $previous in
	-e | --execute)
		mapfile -t COMPREPLY < <(compgen -c -- "$word")
		return
		;;
	-[!-]*o | -o | --output)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	-[!-]*[cmrt] | -[cmrt] | --*timeout | --max-length | --retries) return ;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W '-4 -6 -c -e -f -g -h -l -m
			-o -q -r -t -u -v -V --connect-timeout --execute
			--fallback --get --help --ipv4 --ipv6 --list --max-length
			--output --quiet --retries --timeout --udp --verbose
			--version' -- "$word")
		return
	fi
	[[ -z $command ]] || operands=('' "${operands[@]}")
	case ${#operands[@]} in
	0) mapfile -t COMPREPLY < <(compgen -A hostname -f -- "$word") ;;
	1) [[ -n $list ]] || _versify_transforms "${operands[0]}" "$word" ;;
	2) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	esac
}

complete -F _versify versify
