#!/bin/sh
# For `claude plugin eval --scaffold`: the repository of this case into the folder that the agent works in.
set -eu
cp -R "$(dirname "$0")/repository/." .
