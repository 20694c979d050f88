#!/usr/bin/env bash
# Reads the completions for PowerShell with a grammar of PowerShell (tree-sitter, from PyPI): none can be had here that runs them.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet install 'tree-sitter>=0.25,<1' 'tree-sitter-powershell>=0.25,<1'
"$folder/venv/bin/python" - cli/src/commands/completions/autopi.ps1 <<'END'
import sys
import tree_sitter, tree_sitter_powershell

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))

def nodes(node):
    yield node
    for child in node.children:
        yield from nodes(child)

def faults(text):
    found = nodes(parser.parse(text.encode()).root_node)
    return [(n.type, n.start_point) for n in found if n.type == "ERROR" or n.is_missing]

script = open(sys.argv[1]).read()
assert not faults(script), faults(script)
# The grammar does notice what is broken.
for a, b in [("{", ""), ("')", "'"), ("`t", "`t\""), ("@words", "@(words")]:
    assert faults(script.replace(a, b, 1)), a
found = nodes(parser.parse(script.encode()).root_node)
commands = {n.text.decode() for n in found if n.type == "command_name"}
assert commands == {"Register-ArgumentCompleter", "Select-Object", "Where-Object", "ForEach-Object", "autopi"}, commands
print("the script for PowerShell is one, of", ", ".join(sorted(commands)))
END
