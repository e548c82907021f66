import type { Diet, DietArgument, DietTool } from "./diet.ts";
import { codeSystem, incidentSystem } from "./system-text.ts";

/** Our own profiles. Every word here is prefilled in every session that uses them, and attended to on every turn. */

const text = { type: "string" };
const count = { type: "integer", minimum: 1 };

const bash: DietTool = {
  name: "Bash",
  description: "Run a shell command.",
  arguments: [{ name: "command", schema: text }],
};
const path: DietArgument = { name: "file_path", description: "absolute path", schema: text };
const readWhole: DietTool = { name: "Read", description: "Read a file.", arguments: [path] };
const read: DietTool = {
  ...readWhole,
  arguments: [path, { name: "offset", schema: count }, { name: "limit", schema: count }],
};
const editOnce: DietTool = {
  name: "Edit",
  description: "Replace old_string, once in the file, by new_string. Read the file first.",
  arguments: [path, { name: "old_string", schema: text }, { name: "new_string", schema: text }],
};
const edit: DietTool = {
  ...editOnce,
  description: "Replace old_string, once in the file unless replace_all, by new_string. Read the file first.",
  arguments: [...(editOnce.arguments ?? []), { name: "replace_all", schema: { type: "boolean" } }],
};
const write: DietTool = {
  name: "Write",
  description: "Write a file whole; read an old one first.",
  arguments: [path, { name: "content", schema: text }],
};
const grep: DietTool = {
  name: "Grep",
  description: "Search file contents with a regular expression.",
  arguments: [
    { name: "pattern", schema: text },
    { name: "path", schema: text },
    { name: "glob", schema: text },
    { name: "output_mode", schema: { type: "string", enum: ["content", "files_with_matches"] } },
  ],
};

/** Manifests are short, and one change at a time is all that a runbook asks for. */
const incident: Diet = { name: "incident", system: incidentSystem, tools: [bash, readWhole, editOnce], others: "left-out" };
const code: Diet = { name: "code", system: codeSystem, tools: [bash, read, edit, write, grep], others: "left-out" };
/** The client's own prompt and tools, in canonical form. */
const full: Diet = { name: "full", tools: [], others: { asSentBut: [] } };

export const profiles = { incident, code, full } as const satisfies Record<string, Diet>;
