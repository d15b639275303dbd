# Debian's packages that Lightcone needs, and how they get there.  Sourced by
# autogen.sh.

packages_build=(
	build-essential autoconf automake pkg-config
	libcurl4-openssl-dev libexpat1-dev libfcgi-dev libjson-c-dev
	liblz4-dev libmemcached-dev libpng-dev libsodium-dev libsqlite3-dev
	libwebsockets-dev libxxhash-dev zlib1g-dev
)
packages_run=(lighttpd memcached curl)
packages_test=(
	lighttpd memcached libcmocka-dev python3 python3-jsonschema
	openssl python3-pytest python3-pytest-rerunfailures python3-pytest-xdist
	python3-websockets
)
packages_all=(
	apache2 libapache2-mod-fcgid chromium clang-format-14 curl libfaketime
	nodejs npm prometheus protobuf-compiler python3-protobuf python3-pyvo
	stilts wrk
)

# What root does; nothing that is here has to give way.  A policy-rc.d that
# answers 101 keeps the daemons from starting, and those that are new here do
# not start at the next boot either.
packages_install_script='
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap "rm -f $policy" EXIT
	trap "exit 1" HUP INT TERM
	printf "#!/bin/sh\nexit 101\n" > $policy
	chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
install() {
	apt-get install -qq -y --no-install-recommends --no-remove "$@"
}
if ! install "$@"; then
	echo "Asking for newer package lists"
	apt-get update -qq
	install "$@"
fi
for package; do
	case $package in
	lighttpd|memcached|apache2|prometheus)
		if command -v systemctl; then
			systemctl --quiet disable "$package" || :
		fi ;;
	esac
done
'

# Prints those of the packages that are not installed.
packages_missing() {
	local here package

	here=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" \
		2> /dev/null) || :
	for package; do
		[[ $'\n'$here$'\n' == *$'\n'"installed $package"$'\n'* ]] ||
			printf '%s\n' "$package"
	done
}

# Installs what is missing of the packages; fails when it cannot.
packages_get() {
	local missing as_root=()

	command -v dpkg-query > /dev/null || return 0
	mapfile -t missing < <(packages_missing "$@" | sort -u)
	((${#missing[@]} > 0)) || return 0
	say "Installing: ${missing[*]}"
	if ((EUID != 0)); then
		command -v sudo > /dev/null ||
			die "as root, install: ${missing[*]}"
		as_root=(sudo)
	fi
	quietly packages "${as_root[@]}" \
		sh -c "$packages_install_script" sh "${missing[@]}" || return
	# What configure has found is out of date.
	rm -f config.status build-*/config.status
}

packages_need() {
	command -v dpkg-query > /dev/null ||
		say "This is no Debian or Ubuntu; going on with what is here"
	packages_get "$@" || die 'could not install what is needed'
}

# Whether a package's programs are here already.  Node.js often comes from
# somewhere else, and brings an npm that is at odds with Debian's.
packages_unneeded() {
	case $1 in
	nodejs | npm)
		command -v node > /dev/null && command -v npm > /dev/null
		;;
	*)
		false
		;;
	esac
}

# The tests say what they skip because it is not there.
packages_want() {
	local package

	for package; do
		packages_unneeded "$package" || packages_get "$package" ||
			say "Going on without $package"
	done
}
