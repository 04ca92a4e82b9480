#!/bin/sh
# Makes .venv/ if it is missing, and installs a lock file with hashes into it: tools/setup.sh requirements-dev.txt
set -eu

complain() {
    echo "make: $*" >&2
    exit 1
}

find_python() {
    for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    complain "Python 3.11 or newer was not found. Install it, or give its path: PYTHON=/path/to/python3 make setup"
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null || complain "$python lacks ensurepip, which virtual environments" \
        "need. On Debian and Ubuntu install it with: sudo apt install python3-venv"
    echo "Making .venv with $("$python" --version) …"
    "$python" -m venv .venv
fi
echo "Installing $1 …"
.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r "$1"
