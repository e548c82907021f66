import { z } from "zod";
import { parseInstant } from "../cluster/rebase.ts";
import { isMembers, type RecordedObject } from "../cluster/recorded-object.ts";
import { groupVersionOf } from "../cluster/resource-types.ts";
import type { AnnouncedType } from "./discovery.ts";

/** A kind with the objects of it that were read. */
export interface CapturedKind {
  readonly type: AnnouncedType;
  readonly objects: readonly RecordedObject[];
}

/** As the loader of recordings asks for them, which is what Kubernetes allows for every kind but roles. */
const objectName = /^[A-Za-z0-9]([-A-Za-z0-9.:_]{0,251}[A-Za-z0-9])?$/;

const listShape = z.looseObject({
  metadata: z.looseObject({ continue: z.string().default("") }).default({ continue: "" }),
  items: z.array(z.unknown()),
});

export interface Page {
  readonly objects: readonly RecordedObject[];
  /** Asks for the rest; empty where there is none. */
  readonly next: string;
  /** How many could not be kept as recorded objects: without an id or a time of creation, or with a name that no file of objects takes. */
  readonly unfit: number;
}

/** The objects in one page of a list; `undefined` where the text is no list. The list's own kind stands in each of them afterwards. */
export function readPage(text: string, type: AnnouncedType): Page | undefined {
  const parsed = listShape.safeParse(fromJson(text));
  if (!parsed.success) return undefined;
  const objects = parsed.data.items.flatMap((item) => {
    const object = asRecorded(item, type);
    return object === undefined ? [] : [object];
  });
  return { objects, next: parsed.data.metadata.continue, unfit: parsed.data.items.length - objects.length };
}

function asRecorded(item: unknown, type: AnnouncedType): RecordedObject | undefined {
  if (!isMembers(item) || !isMembers(item["metadata"])) return undefined;
  // Who owns which field is of no use to a reader, and often longer than the object.
  const { managedFields: _, ...metadata } = item["metadata"];
  const { name, namespace, uid, creationTimestamp } = metadata;
  if (typeof name !== "string" || !objectName.test(name) || typeof uid !== "string" || uid === "") return undefined;
  if (typeof creationTimestamp !== "string" || parseInstant(creationTimestamp) === undefined) return undefined;
  if (type.namespaced !== (typeof namespace === "string")) return undefined;
  return { ...item, apiVersion: groupVersionOf(type), kind: type.kind, metadata } as RecordedObject;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
