import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chooseClient, compareVersions, findClients, readVersion, type FoundClient } from "./find-clients.ts";

function client(version: string): FoundClient {
  return { argv: [`/opt/${version}`], version, source: "path", path: `/opt/${version}`, folder: "/opt" };
}

test("the newest, a version or a file is chosen", () => {
  const found = [client("2.1.84"), client("2.1.330"), client("2.1.9")];
  assert.equal(chooseClient(found).version, "2.1.330");
  assert.equal(chooseClient(found, "latest").version, "2.1.330");
  assert.equal(chooseClient(found, "2.1.84").version, "2.1.84");
  assert.equal(chooseClient(found, "/opt/2.1.9").version, "2.1.9");
});

test("what is not there is missing, with the command that installs it", () => {
  assert.throws(() => chooseClient([]), { code: "missing", hint: "npm install -g @anthropic-ai/claude-code" });
  assert.throws(() => chooseClient([client("2.1.84")], "2.1.99"), {
    code: "missing",
    message: /2\.1\.99.*2\.1\.84/,
    hint: "npm install -g @anthropic-ai/claude-code@2.1.99",
  });
});

test("versions are compared as numbers", () => {
  assert.ok(compareVersions("2.1.330", "2.1.84") > 0);
  assert.ok(compareVersions("2.1.84", "2.2.0") < 0);
  assert.equal(compareVersions("2.1.84", "2.1.84"), 0);
  assert.equal(readVersion("2.1.84 (Claude Code)\n"), "2.1.84");
  assert.equal(readVersion("v22.1.0"), undefined);
});

test("PATH is searched, a link and its file are one client, what does not answer is no client", async () => {
  const root = await mkdtemp(join(tmpdir(), "cloister-find-"));
  try {
    const script = `#!/bin/sh\n[ -z "$SECRET" ] && [ "$1" = --version ] && echo "3.0.1 (Claude Code)"\n`;
    for (const [folder, content] of [
      ["good", script],
      ["bad", "#!/bin/sh\nexit 1\n"],
    ] as const) {
      await mkdir(join(root, folder));
      await writeFile(join(root, folder, "claude"), content);
      await chmod(join(root, folder, "claude"), 0o755);
    }
    await mkdir(join(root, "link"));
    await symlink(join(root, "good", "claude"), join(root, "link", "claude"));
    await mkdir(join(root, "temp"));
    const options = { packageRoot: root, node: process.execPath, tempRoot: join(root, "temp") };
    const searchPath = ["link", "bad", "good", "none"].map((folder) => join(root, folder)).join(":");
    const found = await findClients({ ...options, searchPath: `relative:${searchPath}` });
    assert.deepEqual(
      found.map(({ version, source, path }) => ({ version, source, path })),
      [{ version: "3.0.1", source: "path", path: join(root, "good", "claude") }],
    );
    await assert.rejects(findClients({ ...options, searchPath, given: join(root, "bad", "claude") }), { code: "missing" });
    assert.deepEqual(await readdir(join(root, "temp")), [], "the private homes are gone");
  } finally {
    await rm(root, { recursive: true });
  }
});
