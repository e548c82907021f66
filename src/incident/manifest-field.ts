import { parseAllDocuments } from "yaml";
import type { FieldStep } from "./truth.ts";

export interface FieldOfObject {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly field: readonly FieldStep[];
}

/**
 * The value of one field of one object in a manifest, as compact JSON, so that two can be compared. Undefined where the text is not YAML or has no
 * such object or field.
 */
export function readField(manifest: string, { kind, namespace, name, field }: FieldOfObject): string | undefined {
  for (const document of parseAllDocuments(manifest)) {
    if (document.errors.length > 0) return undefined;
    const object: unknown = document.toJS({ maxAliasCount: 100 });
    const metadata = member(object, "metadata");
    if (member(object, "kind") !== kind || member(metadata, "name") !== name || member(metadata, "namespace") !== namespace) continue;
    return JSON.stringify(field.reduce(stepInto, object));
  }
  return undefined;
}

function stepInto(value: unknown, step: FieldStep): unknown {
  if (typeof step === "string") return member(value, step);
  if (!Array.isArray(value)) return undefined;
  return typeof step === "number" ? (value as unknown[])[step] : value.find((item: unknown) => member(item, "name") === step.name);
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
