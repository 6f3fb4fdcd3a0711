#!/usr/bin/env bash
# setup.sh PYTHON VENV LOCK: make the virtual environment with whatever the machine has.
set -euo pipefail
python=$1 venv=$2 lock=$3
if ! command -v "$python" >/dev/null; then
  echo "setup: no '$python' found; install Python 3.11 or newer, or say which: make PYTHON=/path/to/python3.12 …" >&2
  exit 2
fi
"$python" - <<'P' || exit 2
import sys
if sys.version_info < (3, 11):
    sys.exit(f"setup: Python {sys.version.split()[0]} is too old; 3.11 or newer is needed: make PYTHON=/path/to/python3.12 …")
P
if command -v uv >/dev/null; then
  uv venv --quiet --clear --seed --python "$python" "$venv"
  uv pip install --quiet --python "$venv/bin/python" --require-hashes -r "$lock"
else
  "$python" -m venv --clear "$venv" || { echo "setup: 'python -m venv' failed; on Debian: apt-get install python3-venv" >&2; exit 2; }
  # The lock is complete: without --no-deps, pip looks outside of it for what an extra of a locked package asks for.
  "$venv/bin/python" -m pip install --quiet --no-deps --disable-pip-version-check --require-hashes -r "$lock" 2> >(grep -v "WARNING: Location" >&2)
fi
echo "setup: $("$venv/bin/python" --version) with $(grep -c '==' "$lock") locked packages in $venv" >&2
