import type { Tool } from "../../messages/conversation.ts";

/**
 * The offered tool that a name means: the name itself, in another case, or with words around it (`read_file` for Read, `functions.Bash`, `Read /a`).
 * Undefined where none or several could be meant.
 */
export function findTool(name: string, tools: readonly Tool[]): Tool | undefined {
  const exact = tools.find((tool) => tool.name === name);
  if (exact !== undefined) return exact;
  const [meant, ...others] = tools.filter((tool) => squeeze(tool.name) === squeeze(name));
  if (meant !== undefined) return others.length === 0 ? meant : undefined;
  const first = tools.find((tool) => tool.name.toLowerCase() === name.split(/\s/)[0]?.toLowerCase());
  if (first !== undefined) return first;
  const parts = wordsOf(name);
  if (parts.length > 3) return undefined;
  const near = tools.filter((tool) => parts.includes(squeeze(tool.name)));
  return near.length === 1 ? near[0] : undefined;
}

/** The tool that runs a command line: it demands one argument, and that is a `command`. */
export function findShell(tools: readonly Tool[]): Tool | undefined {
  return tools.find(({ inputSchema: { required } }) => Array.isArray(required) && required.length === 1 && required[0] === "command");
}

function squeeze(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** `readFile`, `read_file`, `Read-File`: read, file. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}
