#!/usr/bin/env bash
# What a machine can see of the style.  "tests/style.sh --fix" formats the C
# files instead.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/tap.sh

clang_format_version=14

# Functions, as alternatives of a pattern.  Numbers are read by base only.
banned='strcpy|stpcpy|strcat|v?sprintf|gets|strtok(_r)?|alloca|system|popen'
readers_of_numbers='sscanf|strto(l|ll|ul|ull|f|d|ld)|ato(i|l|ll|f)'

# files PATTERN...: ours, and no product of a build.
files() {
	local name=() pattern

	for pattern; do
		name+=(-o -name "$pattern")
	done
	find . -name '.git' -prune -o -name 'build-*' -prune -o \
		-path ./var -prune -o -path ./autom4te.cache -prune -o \
		-name aclocal.m4 -prune -o -path ./Makefile.in -prune -o \
		-path ./handlers/www_files.c -prune -o \
		-type f \( "${name[@]:1}" \) -printf '%P\n' | sort
}

c_files() {
	files '*.c' '*.h'
}

texts() {
	files '*.c' '*.h' '*.sh' '*.py' '*.am' '*.ac' '*.conf' '*.md' \
		'*.yml' '*.yaml' '*.json' '*.html' '*.css' '*.js' '*.mjs' \
		'*.ts' '.htaccess' '.clang-format' '.gitignore'
}

# look FILES PATTERN: where the pattern (Perl's) stands in the listed files.
look() {
	xargs -r -d '\n' grep -HnP -- "$2" < <("$1") || :
}

rule_500_lines() {
	texts | xargs -r -d '\n' awk '
		FNR == 501 { print FILENAME ": more than 500 lines" }'
}

rule_100_columns() {
	c_files | xargs -r -d '\n' awk '
		{
			wide = length
			for (at = index($0, "\t"); at > 0; at = index($0, "\t")) {
				spaces = substr("        ", (at - 1) % 8 + 1)
				$0 = substr($0, 1, at - 1) spaces substr($0, at + 1)
				wide = length
			}
		}
		wide > 100 { print FILENAME ":" FNR ": " wide " columns" }'
}

rule_tabs() {
	look c_files '^(\t* +\t| {8} *[^ \\])'
}

rule_trailing_space() {
	look texts '[ \t\r]$'
}

rule_last_line_ends() {
	texts | xargs -r -d '\n' perl -ne '
		print "$ARGV: the last line does not end\n" if eof && !/\n\z/'
}

rule_banned() {
	look c_files "^(?! \*).*\b($banned)\("
	look c_files "^(?! \*).*\b($readers_of_numbers)\(" |
		grep -E '^(app|handlers)/' | grep -v '^app/base/' || :
}

rule_marks() {
	look texts '\b(TO''DO|FIX''ME|X''XX)\b'
}

clang_format() {
	local name

	for name in clang-format-$clang_format_version clang-format; do
		if [[ $("$name" --version 2> /dev/null) == \
			*"version $clang_format_version."* ]]; then
			printf '%s\n' "$name"
			return
		fi
	done
}

rule_clang_format() {
	c_files | xargs -r -d '\n' "$(clang_format)" --style="$1" \
		--dry-run 2>&1 | grep -F 'warning:' | cut -d : -f 1-2 | uniq
}

if [[ ${1-} == --fix ]]; then
	c_files | xargs -r -d '\n' "$(clang_format)" -i
	exit
fi

for rule in 500_lines 100_columns tabs trailing_space last_line_ends banned \
	marks; do
	tap_result "${rule//_/ }" "$("rule_$rule")"
done
if [[ -n $(clang_format) ]]; then
	tap_result 'clang format' "$(rule_clang_format file)"
	tap_plant rule_clang_format app/a.c 'int\nmain (void)\n{}\n' \
		"file:$PWD/.clang-format"
else
	tap_skip 'clang format' "clang-format-$clang_format_version is not here"
fi

tap_plant rule_500_lines app/a.c "$(yes 'int a;' | head -n 501)"
tap_plant rule_100_columns app/a.h "$(printf '\t%094d' 0)"
tap_plant rule_tabs app/a.c '        int a;\n'
tap_plant rule_tabs app/a.c '\t \tint a;\n'
tap_plant rule_trailing_space tests/a.sh 'true \n'
tap_plant rule_trailing_space conf/www/a.js 'f(); \n'
tap_plant rule_trailing_space README.md 'true\r\n'
tap_plant rule_last_line_ends conf/a.conf 'a = 1'
tap_plant rule_banned handlers/a.c '\tsprintf(a, "b");\n'
tap_plant rule_banned app/base/a.c '\tstrcpy(a, "b");\n'
tap_plant rule_banned app/sky/a.c '\treturn strtod(a, NULL);\n'
tap_plant rule_marks app/a.c '/* FIX''ME */\n'

tap_end
