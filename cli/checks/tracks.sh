#!/usr/bin/env bash
# Reads exports of trips with other readers: gpxpy, geojson and fastkml from PyPI. They find the same trips and positions in each.
# cli/checks/tracks.sh: not part of `cargo test`, since it asks PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."
# The days of the ranges below.
export AUTOPI_SANDBOX_SINCE=2026-01-01
cargo build --quiet --package autopi-cli
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet install 'gpxpy>=1.6,<2' 'geojson>=3.3,<4' 'fastkml>=1.4,<2' 'lxml>=5'
for format in gpx geojson kml; do
    target/debug/autopi --sandbox export trips --from 2026-01-01T00:00Z --to 2026-02-01T00:00Z -o "$folder/t.$format"
done
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys
import fastkml, geojson, gpxpy
from lxml import etree

folder = sys.argv[1]
tracks = gpxpy.parse(open(f"{folder}/t.gpx")).tracks
features = geojson.load(open(f"{folder}/t.geojson"))
assert features.is_valid, features.errors()
fastkml.KML.parse(f"{folder}/t.kml")
name = "{http://www.opengis.net/kml/2.2}"
marks = etree.parse(f"{folder}/t.kml").findall(f".//{name}Placemark")
found = {
    "GPX": (len(tracks), [(p.longitude, p.latitude) for t in tracks for s in t.segments for p in s.points]),
    "GeoJSON": (len(features["features"]), [tuple(c[:2]) for f in features["features"] for c in f["geometry"]["coordinates"]]),
    "KML": (len(marks), [tuple(map(float, c.split(",")[:2])) for m in marks for l in m.iter(f"{name}coordinates") for c in l.text.split()]),
}
assert found["GPX"] == found["GeoJSON"] == found["KML"] and found["GPX"][1], {k: (v[0], len(v[1])) for k, v in found.items()}
times = [p.time for t in tracks for s in t.segments for p in s.points]
assert all(t.utcoffset().total_seconds() == 0 for t in times)
print(f"{found['GPX'][0]} trips with {len(found['GPX'][1])} positions, the same in GPX, GeoJSON and KML")
PYTHON
