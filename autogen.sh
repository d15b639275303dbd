#!/usr/bin/env bash
# Bootstraps Lightcone, runs it, or checks it; usage() says how.
set -euo pipefail

called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
top=$PWD

usage() {
	cat <<'END'
usage: ./autogen.sh              make ./configure; then ./configure && make
       ./autogen.sh run          install what is missing, build, and serve
                                 until Ctrl-C
       ./autogen.sh check        install what is missing, build, and run the
                                 tests
       ./autogen.sh check --all  the same with the clients that are heavy to
                                 install and builds with sanitizers, as
                                 CI=true does; with THOROUGH=true in the
                                 environment, what takes minutes in full

run reads these from the environment:
  LIGHTCONE_PORT   the port to serve on (8080)
  LIGHTCONE_BIND   the address to serve on (127.0.0.1)
  LIGHTCONE_STATE  the directory for everything that is kept (./var)
  LIGHTCONE_RATE   "off" switches rate limits off
and passes every other LIGHTCONE_* variable on: ./lightcone options
END
}

say() {
	printf '%s\n' "$*"
}

die() {
	printf 'autogen.sh: %s\n' "$*" >&2
	exit 1
}

. conf/setup/packages.sh
. conf/setup/build.sh

case ${1-}${2+ }${2-} in
'')
	bootstrap
	say 'Now: ./configure && make'
	;;
run)
	. conf/setup/serve.sh
	serve
	;;
check)
	. tests/check.sh
	check "${CI:-false}"
	;;
'check --all')
	. tests/check.sh
	check true
	;;
-h | --help | help)
	usage
	;;
*)
	usage >&2
	exit 2
	;;
esac
