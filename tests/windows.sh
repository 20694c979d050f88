#!/usr/bin/env bash
# Runs the tests of the library, the sandbox and the command line as programs for Windows, under Debian's wine.
# Not part of the gate; CI runs them on Windows itself. It installs what is missing, as root.
set -euo pipefail
cd "$(dirname "$0")/.."
{ command -v wine && command -v x86_64-w64-mingw32-gcc; } >/dev/null ||
    apt-get install --yes --quiet --no-install-recommends wine wine64 gcc-mingw-w64-x86-64
rustup target add x86_64-pc-windows-gnu
export WINEPREFIX=$PWD/target/wine WINEDEBUG=-all
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine
mkdir -p "$WINEPREFIX"
wine wineboot --init 2>/dev/null || true
# Rust's random numbers come from a library that wine has only since version 9.
library=$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll
[ -e "$library" ] || x86_64-w64-mingw32-gcc -shared -x c -o "$library" - -ladvapi32 <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length) { return SystemFunction036(bytes, length); }
C
# Left out is what wine does otherwise than Windows: a close without lingering is not a reset, a program of Linux (cargo) cannot be
# run; and 10,000 connections, which take minutes.
cargo test --no-fail-fast --target x86_64-pc-windows-gnu --package autopi --package autopi-sandbox --package autopi-cli --lib --bins --tests -- \
    --skip each_reason_for_no_response_has_its_own_text_with_the_cause \
    --skip a_request_asks_for_a_fault_by_header --skip idle_connections_do_not_block_the_server --skip the_tree_of_commands
