import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test, type TestContext } from "node:test";
import { isInstalled, realClients } from "./real-client.ts";

const program = resolve(import.meta.dirname, "../../bin/cloister.js");
const realHome = process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister");
const model = "smollm2-135m";

interface Shown {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** The whole program in a folder of its own. */
async function inFolder(
  t: TestContext,
  work: (folder: string, show: (...args: readonly string[]) => Promise<Shown>) => Promise<void>,
): Promise<void> {
  if (!existsSync(join(realHome, "models", `${model}.gguf`))) return t.skip(`the model ${model} is not here`);
  const root = await mkdtemp(join(tmpdir(), "cloister-show-"));
  try {
    await mkdir(join(root, "home"));
    await symlink(join(realHome, "models"), join(root, "home", "models"));
    const env = { ...process.env, CLOISTER_HOME: join(root, "home"), TMPDIR: root, NO_COLOR: "1" };
    const show = (...args: readonly string[]): Promise<Shown> =>
      new Promise((done) => {
        const all = [program, "prompt", "show", "--model", model, ...args];
        execFile(process.execPath, all, { cwd: root, env }, (error, out, err) =>
          done({ status: typeof error?.code === "number" ? error.code : 0, out, err }),
        );
      });
    await work(root, show);
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

const request = {
  model: "m",
  max_tokens: 10,
  system: "You are the client. ".repeat(200),
  messages: [{ role: "user", content: "Mend the shop. \u001b[31m" }],
  tools: [
    {
      name: "Bash",
      description: "long ".repeat(300),
      input_schema: { type: "object", properties: { command: { type: "string" } }, required: ["command"] },
    },
  ],
};

test("a request's prompt is shown with its tokens, as text, as JSON and raw, and what is wrong is said", async (t) => {
  await inFolder(t, async (folder, show) => {
    await writeFile(join(folder, "request.json"), JSON.stringify(request));
    await writeFile(join(folder, "mine.yaml"), "extends: incident\nsystem: You mend shops.\n");
    const { out, status } = await show("--request", "request.json", "--diet", "mine.yaml");
    assert.equal(status, 0);
    for (const words of ["You mend shops.", "tool Bash", "Mend the shop.", "before the user's first word", "as the client comes"])
      assert.ok(out.includes(words), words);
    assert.ok(!out.includes("\u001b"), "no colours, and no escapes of somebody else's");

    const json = JSON.parse((await show("--request", "request.json", "--diet", "mine.yaml", "--json")).out) as {
      readonly total: number;
      readonly beforeUser: number;
      readonly text: string;
      readonly parts: readonly { readonly tokens: number }[];
      readonly asSent: { readonly total: number };
    };
    assert.equal(
      json.parts.reduce((sum, { tokens }) => sum + tokens, 0),
      json.total,
    );
    assert.ok(json.beforeUser < json.total && json.total < json.asSent.total / 2);
    assert.equal((await show("--request", "request.json", "--diet", "mine.yaml", "--raw")).out, json.text);

    await writeFile(join(folder, "wrong.yaml"), "extends: code\ntools:\n  Bash: perhaps\n");
    const wrong = await show("--request", "request.json", "--diet", "wrong.yaml");
    assert.equal(wrong.status, 2);
    assert.match(wrong.err, /wrong\.yaml, line 3: tools\.Bash: must be false, as-sent, or a description and arguments/);
    assert.deepEqual([(await show("--diet", "none.yaml")).status, (await show("--request", "none.json")).status], [3, 3]);
    await writeFile(join(folder, "broken.json"), "{");
    assert.equal((await show("--request", "broken.json")).status, 2);
  });
});

for (const client of realClients) {
  test(`client ${client.version} is asked what it sends, and our profiles are small`, async (t) => {
    if (!isInstalled(client)) return t.skip(`client ${client.version} is not installed`);
    await inFolder(t, async (_, show) => {
      for (const [diet, most] of [
        ["incident", 350],
        ["code", 700],
      ] as const) {
        const { out, err, status } = await show("--client", client.version, "--diet", diet, "--json");
        assert.equal(status, 0, err);
        const shown = JSON.parse(out) as { readonly beforeUser: number; readonly asSent: { readonly beforeUser: number } };
        assert.ok(shown.beforeUser <= most, `${diet}: ${shown.beforeUser} tokens`);
        assert.ok(shown.asSent.beforeUser > 10 * shown.beforeUser);
      }
    });
  });
}
