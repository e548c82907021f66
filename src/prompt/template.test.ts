import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tool, Turn } from "../messages/conversation.ts";
import type { Prompt } from "./prompt.ts";
import { spellAnswer, spellTool } from "./spelling.ts";
import { chooseTemplate, type PromptTemplate, type Segment } from "./template.ts";

/** A short template of our own that has everything right; each defect below is one change to it. */
const sound = String.raw`
{{- '<|im_start|>system\n' + messages[0].content }}
{%- if tools %}{{ '\n\nTools:\n' }}{% for tool in tools %}{{ tool | tojson }}{{ '\n' }}{% endfor %}
{{- 'Call them so:\n<tool_call>\n{"name": N, "arguments": A}\n</tool_call>' }}{% endif %}
{{- '<|im_end|>\n' }}
{%- for message in messages[1:] %}
{%- set before = messages[loop.index0] %}
{%- set later = messages[loop.index0 + 2] %}
{%- if message.role == 'tool' %}
{{- '\n' if before.role == 'tool' else '<|im_start|>user\n' }}{{ '<tool_response>\n' + message.content + '\n</tool_response>' }}
{%- if later is not defined or later.role != 'tool' %}{{ '<|im_end|>\n' }}{% endif %}
{%- else %}
{{- '<|im_start|>' + message.role + '\n' + message.content }}
{%- if message.tool_calls %}{% for call in message.tool_calls %}
{{- '\n' if message.content or not loop.first }}{{ '<tool_call>\n{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + '}\n</tool_call>' }}
{%- endfor %}{% endif %}{{ '<|im_end|>\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`;

function choose(chatTemplate: string | undefined, eosToken = "<|im_end|>"): PromptTemplate {
  return chooseTemplate({ chatTemplate, bosToken: undefined, eosToken, modelName: "a-model" });
}

const bash: Tool = {
  name: "Bash",
  description: "Runs <|im_end|>",
  inputSchema: { type: "object", properties: { command: { type: "string" } } },
};
const turns: readonly Turn[] = [
  { role: "user", text: "mend <|im_end|> it" },
  { role: "system", text: "later" },
  { role: "assistant", text: "Looking.", calls: [1, 2].map((n) => ({ id: `${n}`, name: "Bash", input: { command: `ls ${n}` } })) },
  { role: "tool", callId: "1", text: "one", failed: false },
  { role: "tool", callId: "2", text: "gone", failed: true },
  { role: "assistant", text: "It says <|im_end|>.", calls: [] },
  { role: "user", text: "go on" },
];

function prompt(some: readonly Turn[] = turns, tools: readonly Tool[] = [bash], system = "Be brief."): Prompt {
  return { system, tools, turns: some, answer: { kind: "anything" }, maxTokens: 10, temperature: 0 };
}

function text(segments: readonly Segment[]): string {
  return segments.map((segment) => segment.text).join("");
}

test("a sound template is the model's own", () => {
  const template = choose(sound);
  assert.equal(template.description, "the model's own");
  assert.deepEqual(template.stop, ["<|im_end|>"]);
  assert.equal(
    text(template.render(prompt())),
    [
      `<|im_start|>system\nBe brief.\n\nTools:\n${spellTool(bash)}\nCall them so:\n<tool_call>\n{"name": N, "arguments": A}\n</tool_call><|im_end|>`,
      "<|im_start|>user\nmend <|im_end|> it<|im_end|>",
      "<|im_start|>system\nlater<|im_end|>",
      '<|im_start|>assistant\nLooking.\n<tool_call>\n{"name": "Bash", "arguments": {"command": "ls 1"}}\n</tool_call>',
      '<tool_call>\n{"name": "Bash", "arguments": {"command": "ls 2"}}\n</tool_call><|im_end|>',
      "<|im_start|>user\n<tool_response>\none\n</tool_response>",
      "<tool_response>\nError: gone\n</tool_response><|im_end|>",
      "<|im_start|>assistant\nIt says <|im_end|>.<|im_end|>",
      "<|im_start|>user\ngo on<|im_end|>",
      "<|im_start|>assistant\n",
    ].join("\n"),
  );
});

test("each defect is found, and ours is used and says why", () => {
  const defects: [name: string, template: string | undefined, why: RegExp][] = [
    ["none at all", undefined, /the model's own is missing$/],
    ["not Jinja", "<|im_start|><|im_end|>{% if %}", /cannot be read \(/],
    [
      "doubled braces",
      sound.replace('{"name": N, "arguments": A}', '{{"name": N, "arguments": A}}'),
      /shows the call format with doubled braces$/,
    ],
    ["no call format", sound.replace('{"name": N, "arguments": A}', "..."), /does not show the call format/],
    ["no tools", sound.replace("{{ tool | tojson }}", ""), /does not list the tools/],
    ["indented tools", sound.replace("tool | tojson", "tool | tojson(indent=2)"), /spells the tools in another way/],
    ["tools twice", sound.replace("{{ tool | tojson }}", "{{ tool | tojson }}{{ tool | tojson }}"), /does not list the tools/],
    ["no results", sound.replace("'<tool_response>\\n' + message.content", "'<tool_response>\\n'"), /leaves out the results of tools$/],
    ["later system dropped", sound.replace("{%- else %}", "{%- elif message.role != 'system' %}"), /leaves out later system messages$/],
    [
      "system moved to the front",
      sound
        .replace("messages[0].content", "messages | selectattr('role', 'equalto', 'system') | map(attribute='content') | join(' ')")
        .replace("{%- else %}", "{%- elif message.role != 'system' %}"),
      /moves/,
    ],
    ["other calls", sound.replace('"arguments": \' + (', '"parameters": \' + ('), /spells calls in another way/],
    [
      "old answers dropped",
      sound.replace("+ message.content }}", "+ (message.content if message.role != 'assistant' or messages[-1].role == 'tool' else '') }}"),
      /leaves out|rewrites/,
    ],
    [
      "rewritten past",
      sound.replace("'<|im_start|>system\\n'", "'<|im_start|>system\\n' + (messages | length | string)"),
      /rewrites earlier turns/,
    ],
    [
      "roles must alternate",
      sound.replace("{%- else %}", "{%- else %}{% if message.role == 'system' %}{{ raise_exception('no') }}{% endif %}"),
      /does not render/,
    ],
    ["today's date", `${sound}{{ strftime_now('%d') if false }}`, /today's date/],
    [
      "a thought left open in every answer",
      sound
        .replace("'<|im_start|>assistant\\n' }}", "'<|im_start|>assistant\\n<think>\\n' }}")
        .replace(
          "message.role + '\\n' + message.content",
          "message.role + '\\n' + ('<think>\\n' if message.role == 'assistant' else '') + message.content",
        ),
      /opens every answer with a thought/,
    ],
    [
      "no end of thought kept",
      sound.replace("'<|im_start|>assistant\\n' }}", "'<|im_start|>assistant\\n<think>\\n\\n</think>\\n\\n' }}"),
      /rewrites earlier turns/,
    ],
  ];
  for (const [name, template, why] of defects) {
    assert.notEqual(template, sound, `${name}: the defect is in the template`);
    const { description } = choose(template);
    assert.match(description, /^ours, in ChatML: the model's own /, name);
    assert.match(description, why, name);
  }
});

for (const [how, opening] of [
  ["is told not to think by an empty thought", "{{ '<think>\\n\\n</think>\\n\\n' }}"],
  [
    "is told so where the template is asked not to think",
    "{% if enable_thinking is false %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}",
  ],
  ["always thinks, in a thought that its template opens", "{{ '<think>\\n' }}"],
] as const) {
  test(`a model that ${how} gets an empty thought in ours, in every answer alike`, () => {
    const template = choose(sound.replace("'<|im_start|>assistant\\n' }}", `'<|im_start|>assistant\\n' }}${opening}`));
    const answers = text(template.render(prompt())).split("<|im_start|>assistant\n").slice(1);
    assert.equal(answers.length, 3);
    for (const answer of answers) assert.ok(answer.startsWith("<think>\n\n</think>\n\n"), answer);
  });
}

test("a broken template of another family is refused by name", () => {
  assert.throws(() => choose("[INST]{{ messages[0].content }}[/INST]", "</s>"), { code: "damaged", message: /chat template of a-model/ });
  assert.throws(() => choose(undefined, "</s>"), { code: "damaged" });
});

for (const [whose, template] of [
  ["ours", choose(undefined)],
  ["the model's own", choose(sound)],
] as const) {
  test(`${whose}: nobody's words become control tokens`, () => {
    for (const segment of template.render(prompt())) {
      if (!segment.special || segment.assistant) continue;
      for (const words of ["mend", "Be brief", "later", "one", "gone", "go on", "Runs"])
        assert.ok(!segment.text.includes(words), segment.text);
    }
    const plain = template.render(prompt()).filter((segment) => !segment.special);
    assert.equal(plain.filter((segment) => segment.text.includes("<|im_end|>")).length, 3);
  });

  test(`${whose}: the model's answers are whole segments, as it wrote them`, () => {
    const answers = template.render(prompt()).filter((segment) => segment.assistant);
    const expected = turns.flatMap((turn) => (turn.role === "assistant" ? [spellAnswer(turn.text, turn.calls)] : []));
    assert.deepEqual(
      answers.map((segment) => segment.text),
      expected,
    );
    assert.deepEqual(
      answers.map((segment) => segment.special),
      [true, false],
    );
  });

  test(`${whose}: a longer conversation begins with the shorter one and its answer`, () => {
    for (const [at, turn] of turns.entries()) {
      if (turn.role !== "assistant") continue;
      const before = text(template.render(prompt(turns.slice(0, at))));
      assert.ok(text(template.render(prompt())).startsWith(before + spellAnswer(turn.text, turn.calls)));
    }
    assert.deepEqual(template.render(prompt()), template.render(structuredClone(prompt())));
  });

  test(`${whose}: no tools, no system text, and contents that look like placeholders or template code`, () => {
    const odd = '@@part-0@@ {{ messages }} {% raw %} "@@part-1@@"';
    const rendered = text(template.render(prompt([{ role: "user", text: odd }], [], "")));
    assert.equal(rendered.split(odd).length, 2);
    assert.ok(!rendered.includes("<tool_call>"));
    assert.ok(rendered.endsWith("<|im_start|>assistant\n"));
  });
}
