import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CloisterError } from "../error.ts";
import { type Fix, writeCandidate } from "../triage/fixes.ts";

/** What `fix` makes in a session: the quick fixes as they were found before it began, so that a number means what the model was told. */
export type SessionFixes = z.infer<typeof sessionFixesSchema>;

const step = z.union([z.string(), z.int(), z.strictObject({ name: z.string() })]);
const sessionFixesSchema = z.strictObject({
  namespace: z.string(),
  fixes: z.array(
    z.strictObject({
      says: z.string(),
      why: z.string(),
      fault: z.string(),
      object: z.strictObject({ kind: z.string(), namespace: z.string().optional(), name: z.string() }),
      field: z.array(step),
      value: z.string(),
    }),
  ),
});

export async function writeSessionFixes(file: string, namespace: string, fixes: readonly Fix[]): Promise<void> {
  const kept = fixes.map(({ says, why, finding, candidate }) => ({
    says,
    why,
    fault: finding.fault,
    object: { kind: finding.object.kind, namespace: finding.object.namespace, name: finding.object.name },
    field: finding.field,
    value: candidate.value,
  }));
  await writeFile(file, JSON.stringify({ namespace, fixes: kept }));
}

/** Reads what `writeSessionFixes` wrote. Throws `damaged` for anything else. */
export async function readSessionFixes(file: string): Promise<SessionFixes> {
  const parsed = sessionFixesSchema.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (!parsed.success) throw new CloisterError("damaged", `${file} holds no quick fixes.`);
  return parsed.data;
}

/** The quick fixes, a line each, those that stand already left out; `files` are the manifests by path. */
export function listSessionFixes({ namespace, fixes }: SessionFixes, files: ReadonlyMap<string, string>): readonly string[] {
  return fixes.flatMap((fix, index) => {
    const written = writeFix(fix, namespace, files);
    return written === undefined ? [] : [`${index + 1}. ${written.path}: ${fix.says} (${fix.why})`];
  });
}

/** Makes a quick fix in the working tree below `root` and says what was changed. Throws `usage` where there is none of the number, or it stands already. */
export async function makeSessionFix(
  { namespace, fixes }: SessionFixes,
  number: number,
  root: string,
  files: ReadonlyMap<string, string>,
): Promise<string> {
  const fix = fixes[number - 1];
  const written = fix === undefined ? undefined : writeFix(fix, namespace, files);
  if (fix === undefined || written === undefined)
    throw new CloisterError("usage", `There is no quick fix ${number}, or it is made already.`, { hint: "fix   (lists them)" });
  await writeFile(join(root, written.path), written.text);
  return `Changed ${written.path}: ${fix.says}`;
}

function writeFix(
  { fault, object, field, value }: SessionFixes["fixes"][number],
  namespace: string,
  files: ReadonlyMap<string, string>,
): { readonly path: string; readonly text: string } | undefined {
  const written = writeCandidate({ fault, object: { ...object, namespace: object.namespace }, field }, { value }, { files, namespace });
  return written === undefined || written.text === files.get(written.path) ? undefined : written;
}
