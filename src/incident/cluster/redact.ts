import { isMembers, type RecordedObject } from "./recorded-object.ts";

const redacted = "REDACTED";
const redactedBase64 = Buffer.from(redacted).toString("base64");
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * A Secret without its values: its keys stay, so that a reference to a key that is missing can still be found. Annotations are
 * searched too: the last applied configuration repeats the data, and other tools keep copies of single values.
 */
export function redactSecret(secret: RecordedObject): RecordedObject {
  const annotations = secret.metadata.annotations;
  return {
    ...withoutValues(secret),
    metadata: {
      ...secret.metadata,
      ...(annotations === undefined ? {} : { annotations: redactAnnotations(annotations, secretTexts(secret)) }),
    },
  } as RecordedObject;
}

function withoutValues(secret: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...secret };
  if (isMembers(copy["data"])) copy["data"] = mapValues(copy["data"], redactedBase64);
  if (isMembers(copy["stringData"])) copy["stringData"] = mapValues(copy["stringData"], redacted);
  return copy;
}

function mapValues(members: Readonly<Record<string, unknown>>, value: string): Record<string, string> {
  return Object.fromEntries(Object.keys(members).map((key) => [key, value]));
}

/** Every text that gives a value away, encoded and decoded; what is shorter than four characters would match by chance. */
function secretTexts(secret: RecordedObject): string[] {
  const texts = [secret["data"], secret["stringData"]]
    .flatMap((members) => (isMembers(members) ? Object.values(members) : []))
    .filter((value): value is string => typeof value === "string")
    .flatMap((value) => [value, Buffer.from(value, "base64").toString("utf8"), Buffer.from(value).toString("base64")]);
  return texts.filter((text) => text.length >= 4);
}

function redactAnnotations(annotations: Readonly<Record<string, string>>, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [
      key,
      key === lastApplied ? redactApplied(value) : texts.some((text) => value.includes(text)) ? redacted : value,
    ]),
  );
}

function redactApplied(text: string): string {
  try {
    const applied: unknown = JSON.parse(text);
    if (isMembers(applied))
      return `${JSON.stringify({ ...withoutValues(applied), metadata: appliedMetadata(applied["metadata"]) })}${text.endsWith("\n") ? "\n" : ""}`;
  } catch {
    // Not JSON: nothing of it can be shown safely.
  }
  return redacted;
}

/** Annotations inside the applied configuration may be copies again; they say nothing that the object's own do not. */
function appliedMetadata(metadata: unknown): unknown {
  return isMembers(metadata) ? { ...metadata, annotations: {} } : {};
}
