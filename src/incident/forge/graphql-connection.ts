import type { Arguments, GraphObject } from "./graphql-execute.ts";

/** A list as GraphQL's clients page through it; cursors are positions. */
export function connection(nodes: readonly GraphObject[], args: Arguments = {}): GraphObject {
  const after = Number.parseInt(text(args, "after") ?? "", 10);
  const start = Number.isSafeInteger(after) ? Math.max(0, after) : 0;
  const first = args["first"] ?? args["last"];
  const count = typeof first === "number" && first >= 0 ? Math.min(first, 100) : 100;
  const page = nodes.slice(start, start + count);
  const end = start + page.length;
  return {
    nodes: page,
    edges: page.map((node, index) => ({ node, cursor: String(start + index + 1) })),
    totalCount: nodes.length,
    pageInfo: {
      hasNextPage: end < nodes.length,
      hasPreviousPage: start > 0,
      startCursor: page.length > 0 ? String(start + 1) : null,
      endCursor: page.length > 0 ? String(end) : null,
    },
  };
}

/** The argument, where it is a text. */
export function text(args: Arguments, name: string): string | undefined {
  const value = args[name];
  return typeof value === "string" ? value : undefined;
}

/** The argument as a list of texts; a single one is a list of one, as GraphQL has it. */
export function texts(args: Arguments, name: string): string[] | undefined {
  const value = args[name];
  if (value === undefined || value === null) return undefined;
  return (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === "string");
}
