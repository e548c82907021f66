/** What the benches that are programs of their own read from their command line. A wrong value ends the program with a line that says so. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { cloisterHome } from "../src/cli/context.ts";

/** A model of the store by its name, or a file; ends with status 3 where there is neither. */
export function findModel(nameOrPath: string): string {
  for (const path of [join(cloisterHome(process.env), "models", `${nameOrPath}.gguf`), resolve(nameOrPath)])
    if (existsSync(path)) return path;
  process.stderr.write(`There is no model ${nameOrPath}. Get one: cloister model pull qwen2.5-coder-0.5b\n`);
  process.exit(3);
}

/** A whole number within its bounds; ends with status 2 where it is none. */
export function bounded(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  process.stderr.write(`${name} has to be a whole number from ${least} to ${most}, not ${text}.\n`);
  process.exit(2);
}
