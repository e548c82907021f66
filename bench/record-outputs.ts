/**
 * Records what small models write when they are offered tools and nothing holds them to a grammar: one JSON line an output, for
 * `e2e/outputs.test.ts` to read. Labels are given afterwards, by somebody who has read the outputs. With `--grammar` they are held to a call, as an
 * answer is that is asked for again.
 *
 *     node dist/bench/record-outputs.js --model NAME [--shown ours,own,code,tags] [--tasks PREFIX] [--samples 1] [--max-tokens 120] [--grammar] >> outputs.ndjson
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readGguf } from "../src/model/gguf.ts";
import type { Tool } from "../src/messages/conversation.ts";
import { dietOf } from "../src/prompt/diet.ts";
import { answerGrammar } from "../src/prompt/grammar/answer-grammar.ts";
import { loadJinjaTemplate } from "../src/prompt/jinja.ts";
import type { Prompt } from "../src/prompt/prompt.ts";
import { incidentSystem } from "../src/prompt/system-text.ts";
import { argumentOrder } from "../src/prompt/tool-schema.ts";
import { chooseTemplate, type PromptTemplate } from "../src/prompt/template.ts";
import { engineEnvironment } from "../src/runtime/embedded/engine-environment.ts";
import { startEngine } from "../src/runtime/embedded/engine-link.ts";
import { type OutputTask, outputTasks } from "./output-tasks.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "qwen2.5-coder-0.5b" },
    shown: { type: "string", default: "ours,own,code,tags" },
    tasks: { type: "string", default: "" },
    samples: { type: "string", default: "1" },
    temperature: { type: "string", default: "0.7" },
    grammar: { type: "boolean", default: false },
    "max-tokens": { type: "string", default: "120" },
  },
});
const modelName = values.model;
const wanted = values.shown.split(",");
const maxTokens = Number(values["max-tokens"]);
const home = process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister");
const modelPath = join(home, "models", `${modelName}.gguf`);
const { chatTemplate } = await readGguf(modelPath);
/** The tools as the incident profile words them; a client's own schema would fill in what is absent here. */
const tools: readonly Tool[] = dietOf("incident").tools.map(({ name, description = "", arguments: members = [] }) => ({
  name,
  description,
  inputSchema: {
    type: "object",
    properties: Object.fromEntries(members.map((member) => [member.name, member.schema ?? {}])),
    required: members.map((member) => member.name),
    additionalProperties: false,
  },
}));

/** How the tools are shown: as we do, as the model's own file does (broken or not: other servers use it), as functions of code, and in tags. */
const source = { chatTemplate, bosToken: undefined, eosToken: undefined, modelName };
const ours = chooseTemplate(source);
const own = chatTemplate === undefined ? undefined : loadJinjaTemplate(source, chatTemplate);
const shows: readonly Shown[] = [
  { shown: "ours", template: ours },
  ...(own === undefined || "defect" in own || ours.description === "the model's own"
    ? []
    : [{ shown: "own", template: { ...own, description: "" } }]),
  { shown: "code", template: ours, system: `${list((names) => `(${names.join(", ")})`)}\n\nTo use a tool, write a call of it.` },
  {
    shown: "tags",
    template: ours,
    system: `${list((names) => ` ${names.map((name) => `<parameter=${name}>`).join(" ")}`)}\n\nTo use a tool, write\n<function=NAME>\n<parameter=NAME>\nvalue\n</parameter>\n</function>`,
  },
];

interface Shown {
  readonly shown: string;
  readonly template: PromptTemplate;
  /** Shows the tools in place of the template. */
  readonly system?: string;
}

function list(signature: (names: readonly string[]) => string): string {
  return `Your tools:\n${tools.map((tool) => `- ${tool.name}${signature(argumentOrder(tool.inputSchema))}: ${tool.description}`).join("\n")}`;
}

function promptOf(task: OutputTask, system: string | undefined): Prompt {
  const asked = { turns: task.turns, answer: { kind: "anything" }, maxTokens, temperature: Number(values.temperature) } as const;
  return system === undefined
    ? { system: incidentSystem, tools, ...asked }
    : { system: `${incidentSystem}\n\n${system}`, tools: [], ...asked };
}

const never = new AbortController().signal;
const engine = await startEngine({
  // One thread: recording is no measurement, and two of them wait for each other on a busy machine.
  load: { modelPath, window: 2048, memory: 2 ** 31, threads: 1 },
  env: engineEnvironment(process.env),
  signal: never,
  onLog: () => {},
  loadStallMs: 300_000,
});
try {
  // One way of showing after the other, so that the tools are read once each.
  for (const { shown, template, system } of shows.filter(({ shown }) => wanted.includes(shown)))
    for (let sample = 0; sample < Number(values.samples); sample++)
      for (const task of outputTasks.filter(({ id }) => id.startsWith(values.tasks))) {
        const prompt = promptOf(task, system);
        let text = "";
        let end = "";
        const grammar = values.grammar ? answerGrammar({ kind: "call" }, tools) : undefined;
        const request = {
          segments: [...template.render(prompt)],
          stop: [...template.stop],
          grammar,
          maxTokens,
          temperature: prompt.temperature,
        };
        for await (const event of engine.run(request, never)) {
          if (event.type === "text") text += event.text;
          if (event.type === "ended") end = event.reason;
        }
        process.stdout.write(
          `${JSON.stringify({ model: modelName, task: task.id, shown, ...(values.grammar ? { grammar: true } : {}), end, text })}\n`,
        );
      }
} finally {
  await engine.close();
}
