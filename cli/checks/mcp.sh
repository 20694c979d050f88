#!/usr/bin/env bash
# The official Python SDK of the Model Context Protocol, from PyPI, as the client of `autopi mcp`. Not part of `cargo test`, since it asks PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --quiet --package autopi-cli --features mcp
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet install 'mcp>=2.3,<3'
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio, json
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

async def main():
    server = StdioServerParameters(command="target/debug/autopi", args=["mcp", "--sandbox"])
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        hello = await session.initialize()
        print(hello.server_info.name, hello.protocol_version)
        tools = (await session.list_tools()).tools
        print([(tool.name, tool.annotations.read_only_hint) for tool in tools])
        found = await session.call_tool("search_operations", {"query": "devices list"})
        assert "dongle_devices_list" in found.content[0].text, found
        called = await session.call_tool("call_operation", {"id": "dongle_devices_list", "limit": 2, "fields": ["id", "callName"]})
        response = json.loads(called.content[0].text)
        assert len(response["rows"]) == 2 and response["cursor"], response
        print(response["rows"])
        bad = await session.call_tool("call_operation", {"id": "dongle_devices_execute_command", "params": {}})
        assert bad.is_error, bad
        print(bad.content[0].text)

asyncio.run(main())
PYTHON
