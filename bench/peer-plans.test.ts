import assert from "node:assert/strict";
import { test } from "node:test";
import { planLitellm, planLlamaServer, planRouter } from "./peer-plans.ts";

const options = { program: "/peers/bin/program", port: 4321, home: "/private", token: "sk-test" };
const upstream = "http://127.0.0.1:8080";
const plans = [
  planLlamaServer({ ...options, modelPath: "/m.gguf", window: 4096 }),
  planRouter({ ...options, node: "/usr/bin/node", upstream }),
  planLitellm({ ...options, upstream }),
];

test("every peer is bound to loopback and talks to loopback only, with a private home and nothing inherited", () => {
  for (const { server, files } of plans) {
    const all = JSON.stringify([server.argv, server.env, files]);
    assert.ok(all.includes("127.0.0.1"), server.name);
    assert.ok(!all.includes("0.0.0.0"), server.name);
    for (const [address] of all.matchAll(/https?:\/\/[^"\\/]+/g)) assert.equal(address, upstream, server.name);
    assert.equal(server.env["HOME"], "/private");
    assert.equal(
      Object.keys(server.env).some((name) => /API_KEY|PROXY_URL|^HTTPS?_PROXY/.test(name)),
      false,
    );
    assert.ok(files.every(({ path }) => path.startsWith("/private/")));
  }
});

test("telemetry is off where there is a switch for it", () => {
  const litellm = plans[2];
  assert.match(litellm?.files[0]?.content ?? "", /"telemetry": false/);
  assert.deepEqual(litellm?.server.argv.slice(-2), ["--telemetry", "False"]);
  assert.ok(plans[0]?.server.argv.includes("--offline"));
});
