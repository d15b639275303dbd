# Bootstrap, configure and make, each only when it has to be.  Sourced by
# autogen.sh.

logs=$top/build-logs
cores=$(nproc)

# quietly NAME COMMAND...: the output goes to a log, whose end is shown when
# the command fails.
quietly() {
	local log=$logs/$1.log

	mkdir -p "$logs"
	"${@:2}" > "$log" 2>&1 < /dev/null && return
	tail -n 60 "$log" >&2
	say "(all of it is in $log)" >&2
	return 1
}

# A new file in handlers/ is compiled without being listed by hand.
list_handlers() {
	local list

	list=$(printf 'handler_sources ='
		find handlers -name '*.[ch]' ! -name www_files.c |
			LC_ALL=C sort |
			while read -r file; do printf ' \\\n\t%s' "$file"; done
		printf '\n')
	[[ -e handlers/sources.am && $(cat handlers/sources.am) == "$list" ]] ||
		printf '%s\n' "$list" > handlers/sources.am
}

bootstrap() {
	local tool

	for tool in autoreconf aclocal automake pkg-config; do
		command -v "$tool" > /dev/null ||
			die "install autoconf, automake and pkg-config first"
	done
	list_handlers
	autoreconf -fi
}

bootstrap_if_old() {
	list_handlers
	[[ -e configure && ! configure.ac -nt configure &&
		-e Makefile.in && ! Makefile.am -nt Makefile.in &&
		! handlers/sources.am -nt Makefile.in ]] && return
	say 'Making configure'
	quietly bootstrap bootstrap || die 'could not make configure'
}

# configure_if_new DIRECTORY SOURCES OPTION...: an existing configuration
# stands as long as it has the options; otherwise everything is built anew.
configure_if_new() {
	local directory=$1 sources=$2 had option stands=true
	shift 2

	mkdir -p "$directory"
	if [[ -e $directory/config.status ]]; then
		had=$("$directory/config.status" --config)
		for option; do
			[[ $had == *"$option"* ]] || stands=false
		done
		$stands && return
		make -s -C "$directory" clean || return
	fi
	(cd "$directory" && "$sources/configure" "$@")
}

# build OPTION...: the programs, in the source tree.
build() {
	bootstrap_if_old
	quietly configure configure_if_new . . "$@" ||
		die 'could not configure'
	make -q all > /dev/null 2>&1 && return
	say "Building, $cores compilers at once"
	quietly make make -s -j"$cores" all || die 'could not build'
}
