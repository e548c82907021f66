import { stat } from "node:fs/promises";
import { parseDocument } from "yaml";
import { z } from "zod";
import { CloisterError } from "../../error.ts";
import { readRecorded } from "./recorded-files.ts";
import { builtInTypes, type ResourceType } from "./resource-types.ts";

const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be a name of lower-case letters, digits and dashes");

const discoveryFile = z.strictObject({
  types: z.array(
    z.strictObject({
      group: z.string().regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/, "must be a group, empty for the core one"),
      version: z.string().regex(/^v[0-9][a-z0-9]*$/, "must be a version, `v1`"),
      resource: label,
      singular: z.string(),
      kind: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, "must be a kind, `Pod`"),
      namespaced: z.boolean(),
      shortNames: z.array(label).default([]),
      categories: z.array(label).default([]),
    }),
  ),
});

/**
 * The kinds that a cluster announces, in its order, from `discovery.yaml`; `undefined` where the recording has none and Kubernetes' own kinds
 * are meant. Throws `damaged`.
 */
export async function loadDiscovery(file: string): Promise<readonly ResourceType[] | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return undefined;
  const document = parseDocument(await readRecorded(file, 1 << 20));
  const fault = document.errors[0];
  if (fault !== undefined) throw new CloisterError("damaged", `${file} is not YAML: ${fault.message}`, { field: file, cause: fault });
  const parsed = discoveryFile.safeParse(document.toJS());
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue?.path.join(".") || "the document";
    throw new CloisterError("damaged", `${file}: ${place}: ${issue?.message ?? "is not understood"}.`, { field: place });
  }
  return parsed.data.types.map((type) => ({ ...type, builtIn: isBuiltIn(type) }));
}

/** Is it served by the API server itself? Custom resources are printed by what their definition says, and keep their kind in lists. */
export function isBuiltIn({ group }: Pick<ResourceType, "group">): boolean {
  return !group.includes(".") || builtInGroups.has(group);
}

const builtInGroups = new Set([
  ...builtInTypes.map(({ group }) => group),
  "resource.k8s.io",
  "internal.apiserver.k8s.io",
  "storagemigration.k8s.io",
]);
