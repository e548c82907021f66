import { z } from "zod";
import { CloisterError } from "../../error.ts";
import { isBuiltIn } from "../cluster/load-discovery.ts";
import type { ResourceType } from "../cluster/resource-types.ts";

/** A kind as the API server announces it: what it is called, and what can be done with it. */
export interface AnnouncedType extends ResourceType {
  readonly verbs: readonly string[];
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** These three become names of folders and files, so they are held to what Kubernetes allows, whoever announces them. */
const group = z
  .string()
  .max(253)
  .refine((text) => text.split(".").every((part) => label.test(part)), "expected a group such as apps");
const version = z.string().regex(/^v[0-9][a-z0-9]{0,30}$/, "expected a version such as v1");
const resource = z.string().regex(label, "expected a resource such as pods");

const groupList = z.looseObject({
  groups: z.array(z.looseObject({ name: z.string(), preferredVersion: z.looseObject({ version: z.string() }) })),
});
const resourceList = z.looseObject({
  resources: z.array(
    z.looseObject({
      name: z.string().max(253),
      singularName: z.string().max(253).default(""),
      kind: z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,252}$/),
      namespaced: z.boolean(),
      verbs: z.array(z.string().max(63)).default([]),
      shortNames: z.array(z.string().regex(label)).default([]),
      categories: z.array(z.string().regex(label)).default([]),
    }),
  ),
});

/** The groups beside the core one with the version that each prefers, as `GET /apis` lists them; those with a name that is none are left out. */
export function readGroups(json: unknown): readonly { readonly group: string; readonly version: string }[] {
  return parse(groupList, json, "/apis").groups.flatMap(({ name, preferredVersion }) =>
    group.safeParse(name).success && version.safeParse(preferredVersion.version).success
      ? [{ group: name, version: preferredVersion.version }]
      : [],
  );
}

/** The kinds of one group and version, as `GET /apis/GROUP/VERSION` lists them, without their parts (`pods/log`). */
export function readTypes(json: unknown, at: { readonly group: string; readonly version: string }): readonly AnnouncedType[] {
  return parse(resourceList, json, `${at.group}/${at.version}`).resources.flatMap(({ name, singularName, kind, ...rest }) => {
    if (!resource.safeParse(name).success) return [];
    const { namespaced, verbs, shortNames, categories } = rest;
    const singular = singularName === "" ? kind.toLowerCase() : singularName;
    return [{ ...at, resource: name, singular, kind, namespaced, verbs, shortNames, categories, builtIn: isBuiltIn(at) }];
  });
}

function parse<T>(schema: z.ZodType<T>, json: unknown, where: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CloisterError(
    "damaged",
    `What the API server says of ${where} is not understood: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}.`,
  );
}
