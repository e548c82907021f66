import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readGguf } from "../src/model/gguf.ts";
import { dietOf, dietToolNames } from "../src/prompt/diet.ts";
import { chooseTemplate } from "../src/prompt/template.ts";
import { codeSystem } from "../src/prompt/system-text.ts";
import { openTokenizer, type TokenizerOnly } from "../src/runtime/embedded/count-tokens.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { scripted, serveGateway, token } from "./gateway-fixture.ts";
import { driveClient, isInstalled, realClients } from "./real-client.ts";

const model = join(
  process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister"),
  "models",
  "smollm2-135m.gguf",
);
const session = `
name: session
window: 100000
turns:
  - call: { tool: Bash, input: { command: "seq 1 400" } }
  - says: One.
  - says: Two.
`;

/** Plays the session and counts with a real model's tokenizer and template: what an engine would evaluate. */
async function counted(runtime: Runtime, tokenizer: TokenizerOnly): Promise<Runtime> {
  const { chatTemplate } = await readGguf(model);
  const template = chooseTemplate({ chatTemplate, bosToken: undefined, eosToken: undefined, modelName: "smollm2-135m" });
  const count: Runtime["count"] = (prompt) => Promise.resolve(tokenizer.segments(template.render(prompt)));
  return {
    ...runtime,
    count,
    async *run(prompt, lane, signal) {
      for await (const event of runtime.run(prompt, lane, signal)) {
        yield event.type === "end" ? { ...event, timing: { ...event.timing, promptTokens: await count(prompt) } } : event;
      }
    },
  };
}

for (const client of realClients) {
  for (const started of ["with the diet's prompt and tools", "as it comes"] as const) {
    test(`/context in client ${client.version}, started ${started}, shows what the engine evaluated and asks the model nothing`, async (t) => {
      if (!isInstalled(client)) return t.skip(`client ${client.version} is not installed`);
      if (!existsSync(model)) return t.skip("the model smollm2-135m is not here");
      const root = await mkdtemp(join(tmpdir(), "cloister-context-"));
      const tokenizer = await openTokenizer(model);
      const diet = dietOf("code");
      const served = await serveGateway(await counted(scripted(session), tokenizer), { diet });
      try {
        await writeFile(join(root, "CLAUDE.md"), "# Rules\nUse tabs.\n");
        const ours = ["--tools", (dietToolNames(diet) ?? []).join(","), "--system-prompt", `${codeSystem}\n\nWorking folder: ${root}`];
        const { results } = await driveClient(
          client,
          { folder: root, home: join(root, "home"), url: served.listening.url, token },
          started === "as it comes" ? [] : ours,
          [{ say: "mend it" }, { say: "/context" }, { say: "go on" }],
        );
        assert.equal(results[2]?.result, "Two.", "the session goes on");
        const shown = results[1]?.result ?? "";
        const answered = served.events.filter((event) => event.type === "turn");
        assert.equal(answered.length, 3, "two turns before it, one after it, none for it");
        assert.ok(served.requests.some(({ path }) => path.endsWith("/count_tokens")));
        assert.deepEqual(
          served.requests.filter(({ status }) => status !== 200).map(({ path, status }) => [path, status]),
          [],
        );

        // Started as it comes, 2.1.330 adds up what it believes to have sent, its own prompt and skills, and no gateway can tell it otherwise.
        if (started === "as it comes" && client.version === "2.1.330") return;
        const [, total = ""] = /\*\*Tokens:\*\* (\S+) \//.exec(shown) ?? [];
        const evaluated = answered[1]?.promptTokens ?? 0;
        assert.ok(evaluated > 1000);
        assert.ok(Math.abs(tokens(total) - evaluated) <= roundedBy(total), `${total} is shown, ${evaluated} were evaluated`);
        if (started === "as it comes") return;

        // Each category is counted by itself, with the template's words around it: a dozen tokens each.
        const categories = [...shown.matchAll(/^\| (System prompt|System tools|Memory files|Skills|Messages) \| (\S+) \|/gm)];
        const sum = categories.reduce((all, [, , figure = ""]) => all + tokens(figure), 0);
        t.diagnostic(`${total}: ${categories.map(([, name, figure]) => `${name} ${figure}`).join(", ")}; evaluated ${evaluated}`);
        assert.ok(Math.abs(sum - evaluated) / evaluated < 0.1, `the categories come to ${sum}, ${evaluated} were evaluated`);
      } finally {
        await served.close();
        await tokenizer.close();
        await rm(root, { recursive: true, force: true, maxRetries: 3 });
      }
    });
  }
}

/** `23.3k`, `349`. */
function tokens(figure: string): number {
  return figure.endsWith("k") ? Number(figure.slice(0, -1)) * 1000 : Number(figure);
}

function roundedBy(figure: string): number {
  return figure.endsWith("k") ? 50.5 : 0.5;
}
