// run.cjs BUILT URL E-MAIL PASSWORD TOKEN: the client against the sandbox at URL, and against servers that fail.
const assert = require("node:assert/strict");
const net = require("node:net");

const [built, url, email, password, token] = process.argv.slice(2);
const wasm = require(built);

async function main() {
    assert.equal(await wasm.count(url, token), 25);
    assert.equal(JSON.parse(await wasm.user(url, email, password)).email, email);
    await assert.rejects(wasm.count(url, "wrong"), /HTTP 401/);
    await assert.rejects(wasm.user(url, email, "wrong"), /login was refused with HTTP 400/);

    const sockets = [];
    const silent = net.createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await new Promise((ready) => silent.once("listening", ready));
    const silentUrl = `http://127.0.0.1:${silent.address().port}`;
    await assert.rejects(wasm.count(silentUrl, token), /no response within.*3 attempts/);
    assert.equal(sockets.length, 3);
    sockets.forEach((socket) => socket.destroy());
    await new Promise((closed) => silent.close(closed));
    await assert.rejects(wasm.count(silentUrl, token), /connection broke.*3 attempts/);
}

main().then(() => console.log("the client in wasm32: all as expected"), (error) => {
    console.error(error);
    process.exit(1);
});
