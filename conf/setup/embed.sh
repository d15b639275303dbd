#!/usr/bin/env bash
# embed.sh FILE...: prints a C source with the files' bytes, and the table
# www_files of handlers/www.h.
set -euo pipefail

die() {
	printf 'embed.sh: %s\n' "$*" >&2
	exit 1
}

media_type() {
	case $1 in
	*.html) echo 'text/html; charset=utf-8' ;;
	*.css) echo 'text/css; charset=utf-8' ;;
	*.js) echo 'text/javascript; charset=utf-8' ;;
	*.svg) echo 'image/svg+xml' ;;
	*.png) echo 'image/png' ;;
	*.txt) echo 'text/plain; charset=utf-8' ;;
	*) die "what is the media type of $1?" ;;
	esac
}

# String literals may be too short for a file; arrays have no such limit.
array() {
	printf '\nstatic const unsigned char file_%d[] = {\n' "$1"
	od -An -v -t u1 < "$2" | sed 's/ *\([0-9][0-9]*\)/\1,/g'
	printf '0};\n'
}

entry() {
	local type

	[[ $2 =~ ^[A-Za-z0-9._-]+$ ]] || die "a strange name: $2"
	type=$(media_type "$2")
	printf '\t{"%s", "%s", file_%d, sizeof(file_%d) - 1},\n' \
		"$2" "$type" "$1" "$1"
}

printf '/* Made by embed.sh. */\n#include "www.h"\n'
count=0
for file; do
	array "$count" "$file"
	count=$((count + 1))
done
printf '\nconst struct www_file www_files[] = {\n'
count=0
for file; do
	entry "$count" "${file##*/}"
	count=$((count + 1))
done
printf '\t{NULL, NULL, NULL, 0},\n};\n'
