#!/usr/bin/env bash
# Exports to a file system that is too small, enlarges it, and continues: the file equals that of an export with enough space.
# cli/checks/disk-full.sh: not part of `cargo test`, since it mounts a tmpfs (in a mount namespace of its own).
set -euo pipefail
cd "$(dirname "$0")/../.."
# The days of the ranges below.
export AUTOPI_SANDBOX_SINCE=2026-01-01
cargo build --quiet --package autopi-cli
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export folder
unshare --map-root-user --mount bash -euo pipefail <<'SHELL'
mkdir "$folder/small"
export_to() {
    target/debug/autopi --sandbox export telemetry -d Truck-01 --from 2026-01-01T00:00Z --to 2026-01-01T05:00Z --window 10m -o "$1"
}
for format in ndjson csv; do
    export_to "$folder/whole.$format"
    # Too small for a window, for the rows, for the rows and the file.
    for size in 4k 64k 350k; do
        mount -t tmpfs -o size=$size none "$folder/small"
        code=0
        said=$(export_to "$folder/small/whole.$format" 2>&1) || code=$?
        if [ "$format $size" != "ndjson 350k" ]; then
            [ $code = 1 ] && [[ $said == *"No space left on device"* ]] || { echo "$format $size: $code $said"; exit 1; }
            [ ! -e "$folder/small/whole.$format" ]
        fi
        mount -o remount,size=8m "$folder/small"
        export_to "$folder/small/whole.$format"
        cmp "$folder/whole.$format" "$folder/small/whole.$format"
        umount "$folder/small"
        echo "$format on $size, then with room: the same bytes"
    done
done
SHELL
