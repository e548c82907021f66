import { z } from "zod";
import type { Diet, DietArgument, DietTool } from "./diet.ts";
import { profiles } from "./profiles.ts";

/**
 * A profile that a user writes; `docs/prompt.md` has an example. Tools are those of the client, by name: `false` leaves one out, `as-sent` offers
 * it in the client's own words, otherwise what is given takes the place of what the extended profile says.
 */
const argumentName = z.string().regex(/^[\w-]{1,64}$/, "must be the name of an argument");
const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/, "must be the name of a tool: letters, digits, _ or -");
const words = z.string().trim().min(1, "must not be empty").max(20_000, "must have at most 20,000 characters");

const argumentList = z.array(argumentName).transform((names): DietArgument[] => names.map((name) => ({ name })));
const argumentMap = z
  .record(argumentName, words.nullable())
  .transform((entries): DietArgument[] =>
    Object.entries(entries).map(([name, description]) => (description === null ? { name } : { name, description })),
  );

const tool = z.preprocess(
  (value) => (value === false ? { offer: "no" } : value === "as-sent" ? { offer: "as-sent" } : value),
  z.strictObject(
    {
      offer: z.enum(["yes", "no", "as-sent"]).default("yes"),
      description: words.optional(),
      arguments: z.union([argumentList, argumentMap], "must be a list of names, or names with a description each").optional(),
    },
    { error: (issue) => (issue.code === "invalid_type" ? "must be false, as-sent, or a description and arguments" : undefined) },
  ),
);

/** The file's schema; `dietFromFile` makes a diet of what it gives. */
export const dietFile = z.strictObject({
  extends: z.enum(["incident", "code", "full"], "must be incident, code or full").default("code"),
  system: words.optional(),
  tools: z.record(toolName, tool).default({}),
});

export function dietFromFile(file: z.infer<typeof dietFile>, name: string): Diet {
  const base: Diet = profiles[file.extends];
  const written = Object.entries(file.tools);
  const known = new Map(base.tools.map((ours) => [ours.name, ours]));
  const dropped = written.flatMap(([tool, { offer }]) => (offer === "no" ? [tool] : []));
  const wanted = new Map(
    written.flatMap(([tool, spec]): [string, DietTool][] => {
      if (spec.offer === "no") return [];
      return [[tool, spec.offer === "as-sent" ? { name: tool } : inUsersWords(tool, spec, known.get(tool))]];
    }),
  );
  const kept = base.tools.filter((ours) => !dropped.includes(ours.name)).map((ours) => wanted.get(ours.name) ?? ours);
  const added = [...wanted.values()].filter((one) => !known.has(one.name));
  return {
    name,
    system: file.system ?? base.system,
    tools: [...kept, ...added],
    others: base.others === "left-out" ? "left-out" : { asSentBut: [...base.others.asSentBut, ...dropped] },
  };
}

function inUsersWords(name: string, spec: z.infer<typeof tool>, ours: DietTool | undefined): DietTool {
  const known = new Map(ours?.arguments?.map((argument) => [argument.name, argument]));
  return {
    name,
    description: spec.description ?? ours?.description,
    arguments: spec.arguments?.map((argument) => ({ ...known.get(argument.name), ...argument })) ?? ours?.arguments,
  };
}
