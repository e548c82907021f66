import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/**
 * The table of real runs: scenarios × clients × guidance × repeats, each through `cloister incident run --json`, one after the other. Rows
 * are kept in `docs/runs.json` as they finish, so it goes on where it stopped; `docs/runs.md` is written from them, whatever came out.
 */
const { values } = parseArgs({
  options: {
    scenarios: { type: "string", default: "oom-kill,image-typo" },
    clients: { type: "string", default: "2.1.84,latest" },
    guidance: { type: "string", default: "forms" },
    model: { type: "string", default: "qwen2.5-coder-1.5b" },
    repeat: { type: "string", default: "3" },
    again: { type: "boolean", default: false },
  },
});

interface Row {
  readonly key: string;
  readonly scenario: string;
  readonly model: string;
  readonly guidance: string;
  readonly client: string;
  readonly repeat: number;
  readonly commit: string;
  readonly closed: boolean;
  readonly outcome: string;
  readonly turns: number;
  readonly calls: number;
  readonly read: number;
  readonly kept: number;
  readonly written: number;
  readonly seconds: number;
}

const root = resolve(import.meta.dirname, "../..");
const file = join(root, "docs", "runs.json");
const rows: Row[] = existsSync(file) && !values.again ? (JSON.parse(readFileSync(file, "utf8")) as Row[]) : [];
const commit = (await run("git", ["-C", root, "rev-parse", "--short", "HEAD"])).out.trim();

for (const guidance of values.guidance.split(",")) {
  for (const scenario of values.scenarios.split(",")) {
    for (const client of values.clients.split(",")) {
      for (let repeat = 1; repeat <= Number(values.repeat); repeat++) {
        const key = [scenario, values.model, guidance, client, repeat].join(" ");
        if (rows.some((row) => row.key === key)) continue;
        const row = await runOnce(key, scenario, guidance, client, repeat);
        rows.push(row);
        writeFileSync(file, `${JSON.stringify(rows, undefined, 1)}\n`);
        writeFileSync(join(root, "docs", "runs.md"), table(rows));
        process.stdout.write(`${key}: ${row.outcome}, ${row.turns} turns, ${row.seconds} s\n`);
      }
    }
  }
}

async function runOnce(key: string, scenario: string, guidance: string, client: string, repeat: number): Promise<Row> {
  const args = ["incident", "run", scenario, "--model", values.model, "--guidance", guidance, "--client", client, "--json"];
  const { out, complaint } = await run(process.execPath, [join(root, "bin", "cloister.js"), ...args]);
  if (out.trim() === "") throw new Error(`cloister ${args.join(" ")} said nothing: ${complaint}`);
  const report = JSON.parse(out) as Report;
  const { tokens } = report;
  const figures = {
    turns: report.turns,
    calls: report.calls,
    read: tokens.read,
    kept: tokens.kept,
    written: tokens.written,
    seconds: Math.round(report.seconds.total),
  };
  return {
    key,
    scenario,
    model: values.model,
    guidance,
    client: report.client,
    repeat,
    commit,
    closed: report.closed,
    outcome: outcomeOf(report),
    ...figures,
  };
}

interface Report {
  readonly closed: boolean;
  readonly client: string;
  readonly pullRequest: object | null;
  readonly verify: { readonly outcome: string; readonly checks: readonly { readonly check: string; readonly ok: boolean }[] } | null;
  readonly turns: number;
  readonly calls: number;
  readonly tokens: { readonly read: number; readonly kept: number; readonly written: number };
  readonly seconds: { readonly total: number };
}

function outcomeOf({ closed, pullRequest, verify }: Report): string {
  if (closed) return "closed";
  if (pullRequest === null) return "no pull request";
  const failed = verify?.checks.filter(({ ok }) => !ok).map(({ check }) => check) ?? [];
  return `wrong pull request (${failed.join(", ") || "could not be verified"})`;
}

function table(all: readonly Row[]): string {
  const head = `# Runs of the walking skeleton

Every row is one run of the real client in the seal, with real kubectl, git and gh, on a real model. Made by

\`\`\`sh
npm run runs                                        # forms, three times each
npm run runs -- --guidance steps,free --repeat 1    # the same with less guidance
\`\`\`

on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, without a GPU, model ${values.model}. “Closed” means that a pull request is open and its
head passes the scenario's \`verify\`. Tokens read were prefilled; kept ones came from the state of earlier turns. Seconds are the whole command,
loading the model and verifying included. \`docs/runs.json\` holds the same rows with the commit of each; of that commit no run was left out.
Earlier forms of the runbook opened wrong pull requests on both scenarios: \`docs/decisions/0004-forms.md\` says which, and what was changed.

| scenario | guidance | client | run | outcome | turns | calls | tokens read | kept | written | seconds |
|---|---|---|---|---|---|---|---|---|---|---|
`;
  const lines = all.map(
    (row) =>
      `| ${[row.scenario, row.guidance, row.client, row.repeat, row.outcome, row.turns, row.calls, row.read, row.kept, row.written, row.seconds].join(" | ")} |`,
  );
  return `${head}${lines.join("\n")}\n`;
}

function run(program: string, args: readonly string[]): Promise<{ out: string; complaint: string }> {
  return new Promise((done) => {
    // A run that did not close exits with 1 and has its report all the same.
    execFile(program, [...args], { maxBuffer: 64 * 1024 * 1024 }, (_, out, complaint) => done({ out, complaint }));
  });
}
