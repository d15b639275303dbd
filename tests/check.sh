# Everything that is checked, and in which builds.  Sourced by autogen.sh.

. tests/tally.sh

# What precedes the commands that need steady addresses.
steadily=()

# check ALL: "true" for the clients that are heavy to install, for warnings
# as errors, and for the builds with sanitizers.
check() {
	local options=()

	trap 'exit 130' INT
	export LC_ALL=C.UTF-8 PYTHONPYCACHEPREFIX=$logs/python
	packages_need "${packages_build[@]}" "${packages_test[@]}"
	if [[ $1 == true ]]; then
		export CHECK_ALL=true
		packages_want "${packages_all[@]}"
		check_clients
		options=(--enable-werror)
	fi
	if ! (build "${options[@]}"); then
		tally_stage=build
		tally_fail 'see above'
		tally_close
		return
	fi
	check_directory=$top
	check_units units
	stage rooms 180 count_tap tests/rooms.sh || :
	stage style 180 count_tap tests/style.sh || :
	check_blackbox 'black box'
	if [[ $1 == true ]]; then
		check_sanitized
	else
		tally_stage='with --all'
		tally_skip 'builds with sanitizers are checked with --all'
	fi
	tally_close
}

# Clients in JavaScript, from npm's registry: their tests say why they skip.
check_clients() {
	cmp -s tests/node/package.json build-node/installed ||
		say 'Installing what tests/node/package.json names'
	tests/node/install.sh build-node || say 'Going on without that'
}

# The unit tests, and at the end, by themselves, those that would be disturbed.
check_units() {
	local alone others

	stage "$1, compiled" 600 count_nothing \
		make -s -C "$check_directory" -j"$cores" check TESTS= ||
		return 0
	# The makefile is up to date now, and make says nothing of it.
	mapfile -t alone < <(units_alone)
	mapfile -t others < <(make -s -C "$check_directory" \
		--eval='named: ; @printf "%s\n" $(TESTS)' named |
		grep -vxF "$(printf '%s\n' "${alone[@]}")")
	check_units_named "$1" "$cores" "${others[@]}"
	check_units_named "$1, alone" 1 "${alone[@]}"
}

# check_units_named STAGE PROCESSES TESTS...
check_units_named() {
	find "$check_directory/tests" -name '*.trs' -exec rm -f {} +
	stage "$1" 600 count_units "${steadily[@]}" \
		env CMOCKA_MESSAGE_OUTPUT=TAP \
		make -s -C "$check_directory" -j"$2" check VERBOSE=1 \
		TESTS="${*:3}" check_PROGRAMS="${*:3}" || :
}

# Those that have threads, or look at the clock.
units_threaded() {
	grep -lE '<pthread\.h>|"(scene|threads)\.h"|clock_mono_ns' \
		tests/unit/test_*.c | sed 's/\.c$//'
}

# Of them those that others would disturb: memory that is refused is refused
# beside others, too.
units_alone() {
	units_threaded | grep -v no_memory
}

count_units() {
	count_programs_of "$check_directory"
}

# A python3 that comes first in PATH need not be the one that has pytest.
check_python() {
	local python

	for python in python3 /usr/bin/python3; do
		! "$python" -c 'import pytest' 2> /dev/null || break
	done
	printf '%s\n' "$python"
}

# check_blackbox STAGE [MARKS]: in a process for each processor, and one more
# as many tests wait for something, where there is python3-pytest-xdist; and at
# the end, by themselves, those that would be disturbed.
check_blackbox() {
	local python several=() alone

	python=$(check_python)
	! "$python" -c 'import xdist' 2> /dev/null || several=(-n $((cores + 1)))
	mapfile -t alone < <(grep -l 'mark\.alone' tests/blackbox/test_*.py)
	check_blackbox_marked "$1" "not alone${2+ and $2}" "${several[@]}" \
		tests/blackbox
	check_blackbox_marked "$1, alone" "alone${2+ and $2}" "${alone[@]}"
}

# check_blackbox_marked STAGE MARKS OPTIONS...: what fails is looked at once
# more, and said, as a machine that stands still for a second can fail a test;
# a sanitizer's report stands.
check_blackbox_marked() {
	local again=()

	! "$python" -c 'import pytest_rerunfailures' 2> /dev/null ||
		again=(--reruns 1)
	stage "$1" 1200 count_blackbox "${steadily[@]}" \
		env LIGHTCONE_BUILD="$check_directory" \
		"$python" -m pytest -q -rfEsR -m "$2" "${again[@]}" "${@:3}" ||
		:
}

# A sanitizer's report fails the check also where no test noticed it.
count_blackbox() {
	local report

	count_pytest "$1"
	[[ -n ${reports-} ]] || return 0
	for report in "$reports"/*; do
		[[ -e $report ]] || continue
		tally_fail "$(grep -m 1 -E 'ERROR:|error:' "$report")"
		cat "$report" >> "$1"
	done
	rm -f "$reports"/*
}

# The sanitizers' builds are made from what "make dist" would ship: the source
# tree itself is configured already, and what is not shipped is found out.
check_sanitized() {
	local steadily=() reports said threaded

	stage 'what is shipped' 180 count_nothing \
		make -s distdir distdir=build-source || return 0
	# Sanitizers of older compilers fail now and then under the wide
	# address randomization of newer kernels.
	! setarch -R true 2> /dev/null || steadily=(setarch -R)

	if check_configure build-asan address; then
		ASAN_OPTIONS=$asan_options check_units 'units, asan'
		# Some tests run the programs as a lesser user.
		reports=$(mktemp -d)
		chmod 1777 "$reports"
		said=log_path=$reports/asan
		ASAN_OPTIONS=$asan_options:$said \
		UBSAN_OPTIONS=print_stacktrace=1:$said \
			check_blackbox 'black box, asan' 'not plain'
		rm -rf "$reports"
	fi
	if check_configure build-tsan thread; then
		# No other can race.
		mapfile -t threaded < <(units_threaded)
		stage 'units, tsan, compiled' 600 count_nothing \
			make -s -C "$check_directory" -j"$cores" check TESTS= \
			check_PROGRAMS="${threaded[*]}" || return 0
		check_units_named 'units, tsan' 1 "${threaded[@]}"
	fi
}

# So little is made quicker that it compiles in half the time; a report names
# its lines all the same.  Warnings are the other build's: this one sees less of
# what values can be.
sanitized_flags='-O1 -g1'
asan_options=detect_stack_use_after_return=1:allocator_may_return_null=1

check_configure() {
	local probe=$logs/probe

	tally_stage=$1
	if ! cc -fsanitize="$2" -x c -o "$probe" - 2> /dev/null \
		<<< 'int main(void) { return 0; }' ||
		! "${steadily[@]}" "$probe" 2> /dev/null; then
		tally_skip "programs with -fsanitize=$2 do not run here"
		return 1
	fi
	check_directory=$top/$1
	quietly "configure-$1" configure_if_new "$check_directory" \
		"$top/build-source" --enable-sanitize="$2" \
		CFLAGS="$sanitized_flags" && return
	tally_fail 'could not be configured'
	return 1
}
