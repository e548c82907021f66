import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import type { FoundClient } from "../../client/find-clients.ts";
import type { LaunchProfile } from "../../client/plan-launch.ts";
import { CloisterError } from "../../error.ts";
import type { Conversation } from "../../messages/conversation.ts";
import { parseRequest } from "../../messages/request.ts";
import { requireModel } from "../../model/installed.ts";
import { canonicalise } from "../../prompt/canonical.ts";
import { applyDiet, type Diet, dietOf, dietToolNames } from "../../prompt/diet.ts";
import { measurePrompt, type PromptMeasure, renderPrompt } from "../../prompt/measure-prompt.ts";
import { chooseTemplate, type PromptTemplate } from "../../prompt/template.ts";
import { openTokenizer } from "../../runtime/embedded/count-tokens.ts";
import type { CliContext } from "../context.ts";
import { loadDiet } from "../load-diet.ts";
import { defaultModel } from "../open-runtime.ts";
import { recordFirstRequest } from "../record-request.ts";
import { chooseStyle, printable, type Style } from "../show/style.ts";
import { withTempFolder } from "../temp-folder.ts";
import { findClient } from "../with-session.ts";

interface Options {
  readonly diet: string;
  readonly model: string;
  readonly request?: string;
  readonly client?: string;
  readonly json?: true;
  readonly raw?: true;
}

/** Two readings of the same task. */
interface Readings {
  /** With the diet, the client started as the diet wants it. */
  readonly ours: Conversation;
  /** The client's own prompt and tools. */
  readonly theirs: Conversation;
  /** Where the request comes from. */
  readonly source: string;
}

/** Largest request file, in bytes: the gateway's own bound. */
const largestRequest = 32 * 1024 * 1024;
const task = "Say hello.";

/** `cloister prompt show`. */
export function promptCommand(context: CliContext): Command {
  const command = new Command("prompt")
    .description("What the model reads.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    })
    .showHelpAfterError("(run with --help for usage)");
  command
    .command("show")
    .description("Print what the model reads before a task, and what each part of it costs in tokens.")
    .option("--diet <name|file>", "incident, code, full, or a profile of your own (docs/prompt.md)", "code")
    .option("--model <name>", "the model whose tokenizer and template are used", defaultModel)
    .option("--request <file>", "a Messages request as JSON; without it the installed client is started once to see what it sends")
    .option("--client <which>", "a version of Claude Code, `latest`, or a path")
    .option("--raw", "the exact text, nothing else")
    .option("--json", "one JSON object")
    .addHelpText("after", "\nExamples:\n  $ cloister prompt show --diet incident\n  $ cloister prompt show --diet ./review.yaml --raw\n")
    .action((options: Options) => show(context, options));
  return command;
}

async function show(context: CliContext, options: Options): Promise<void> {
  const diet = await loadDiet(options.diet, context.cwd);
  const { path, metadata } = await requireModel(context.home, options.model);
  const template = chooseTemplate({
    chatTemplate: metadata.chatTemplate,
    bosToken: undefined,
    eosToken: undefined,
    modelName: options.model,
  });
  const readings =
    options.request === undefined ? await askClient(context, diet, options.client) : await readRequest(context, diet, options.request);
  if (options.raw === true) return void context.stdout.write(rawText(readings.ours, template));
  const tokenizer = await openTokenizer(path);
  try {
    const ours = measurePrompt(readings.ours, template, tokenizer);
    const theirs = measurePrompt(readings.theirs, template, tokenizer);
    if (options.json === true) {
      const about = { diet: diet.name, model: options.model, template: template.description, source: readings.source };
      context.stdout.write(
        `${JSON.stringify({ ...about, ...ours, asSent: theirs, text: rawText(readings.ours, template) }, undefined, 2)}\n`,
      );
      return;
    }
    const style = chooseStyle(context.stdout, context.env);
    const lines = [
      ...promptLines(readings.ours, style),
      "",
      ...tokenTable(ours, style),
      "",
      ...comparison(ours, theirs, diet, style),
      "",
      style.dim(`${options.model}, template: ${template.description}; ${readings.source}`),
    ];
    context.stdout.write(`${lines.join("\n")}\n`);
  } finally {
    await tokenizer.close();
  }
}

/** Starts the client twice: as it comes, and as the diet has it started. */
async function askClient(context: CliContext, diet: Diet, wanted: string | undefined): Promise<Readings> {
  return withTempFolder(async (folder) => {
    const client = await findClient(context, wanted, folder);
    const record = async (name: string, profile: LaunchProfile | "as-it-comes"): Promise<Conversation> =>
      canonicalise(
        parseRequest(
          await recordFirstRequest({ client, profile, task, folder: join(folder, name), workDir: context.cwd, signal: context.signal }),
        ),
      );
    const theirs = await record("as-it-comes", "as-it-comes");
    const ours = applyDiet(await record("diet", profileOf(diet)), diet);
    return { ours, theirs, source: describeSource(client) };
  });
}

function profileOf(diet: Diet): LaunchProfile | "as-it-comes" {
  const tools = dietToolNames(diet);
  if (tools === undefined) return "as-it-comes";
  if (diet.name === "incident" && diet.system !== undefined) return { kind: "incident", systemPrompt: diet.system, tools };
  return { kind: "code", systemPrompt: diet.system, tools };
}

function describeSource({ version }: FoundClient): string {
  return `as client ${version} sends it for the task “${task}”`;
}

async function readRequest(context: CliContext, diet: Diet, file: string): Promise<Readings> {
  const path = resolve(context.cwd, file);
  const size = (
    await stat(path).catch((cause: unknown) => {
      throw new CloisterError("missing", `There is no request at ${file}.`, { cause });
    })
  ).size;
  if (size > largestRequest) throw new CloisterError("too-large", `${file} has ${size} bytes; at most ${largestRequest} are read.`);
  const canonical = canonicalise(parseRequest(await readFile(path)));
  return { ours: applyDiet(canonical, diet), theirs: applyDiet(canonical, dietOf("full")), source: `the request in ${file}` };
}

function rawText(conversation: Conversation, template: PromptTemplate): string {
  return renderPrompt(conversation, template)
    .map((segment) => segment.text)
    .join("");
}

function promptLines({ system, tools, turns }: Conversation, style: Style): string[] {
  const part = (name: string, text: string): string[] => [
    style.bold(name),
    ...printable(text)
      .split("\n")
      .map((line) => `  ${line}`),
  ];
  return [
    ...(system === "" ? [] : part("system", system)),
    ...tools.flatMap(({ name, description, inputSchema }) =>
      part(`tool ${name}`, `${description}\n${Object.keys((inputSchema["properties"] ?? {}) as object).join(", ")}`),
    ),
    ...turns.flatMap((turn) => part(turn.role, turn.role === "assistant" ? `${turn.text}\n${JSON.stringify(turn.calls)}` : turn.text)),
  ];
}

function tokenTable({ parts, beforeUser, total }: PromptMeasure, style: Style): string[] {
  const rows = [
    ...parts.map(({ name, tokens }): [string, number] => [name, tokens]),
    ["before the user's first word", beforeUser] as const,
    ["total", total] as const,
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const digits = String(total).length;
  return [
    style.bold("Tokens"),
    ...rows.map(([name, tokens]) => {
      const line = `  ${name.padEnd(width)}  ${String(tokens).padStart(digits)}`;
      return name === "total" || name.startsWith("before") ? style.bold(line) : line;
    }),
  ];
}

function comparison(ours: PromptMeasure, theirs: PromptMeasure, diet: Diet, style: Style): string[] {
  const sum = (measure: PromptMeasure, kind: RegExp): number =>
    measure.parts.filter(({ name }) => kind.test(name)).reduce((all, { tokens }) => all + tokens, 0);
  const rows: [string, string, string][] = [
    ["", "as the client comes", diet.name],
    ["system", String(sum(theirs, /^system$/)), String(sum(ours, /^system$/))],
    ["tools", String(sum(theirs, /^tool /)), String(sum(ours, /^tool /))],
    ["before the user's first word", String(theirs.beforeUser), String(ours.beforeUser)],
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    (row) => `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ")}`,
  );
  const share =
    ours.beforeUser === 0 ? "" : `  ${(theirs.beforeUser / ours.beforeUser).toFixed(1)} times fewer tokens than the client's own prompt`;
  return [style.bold("Before and after"), ...lines, ...(ours.beforeUser < theirs.beforeUser ? [style.green(share)] : [])];
}
