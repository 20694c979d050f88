#!/usr/bin/env bash
# Reads an export in Parquet with another reader, pyarrow from PyPI, and compares it with the same export in NDJSON.
# cli/checks/parquet.sh: not part of `cargo test`, since it asks PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."
# The days of the ranges below.
export AUTOPI_SANDBOX_SINCE=2026-01-01
cargo build --quiet --package autopi-cli --features parquet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet install pyarrow==26.0.1
for format in ndjson parquet; do
    target/debug/autopi --sandbox export telemetry -d Truck-01 -d Truck-02 \
        --from 2026-01-01T00:00Z --to 2026-01-02T00:00Z -o "$folder/t.$format"
    target/debug/autopi --sandbox export trips --from 2026-01-01T00:00Z --to 2026-02-01T00:00Z -o "$folder/trips.$format"
done
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import json, sys
from datetime import datetime
import pyarrow.parquet as parquet

def flat(value, name=""):
    if isinstance(value, dict) and value:
        return {k: v for key, inner in value.items() for k, v in flat(inner, f"{name}.{key}" if name else key).items()}
    return {name: value}

for what in ("t", "trips"):
    table = parquet.read_table(f"{sys.argv[1]}/{what}.parquet")
    rows = [flat(json.loads(line)) for line in open(f"{sys.argv[1]}/{what}.ndjson")]
    assert table.num_rows == len(rows) > 0, (table.num_rows, len(rows))
    for read, row in zip(table.to_pylist(), rows):
        for name, value in read.items():
            wanted = row.get(name)
            if isinstance(value, datetime):
                assert value.utcoffset().total_seconds() == 0
                wanted = datetime.fromisoformat(wanted)
            assert value == wanted, (name, value, wanted)
        assert set(row) <= set(read), (set(row) - set(read))
    print(f"{what}.parquet: {table.num_rows} rows, {table.num_columns} columns are those of {what}.ndjson")
    print(table.schema.to_string(show_schema_metadata=False))
PYTHON
