import { redactSecret } from "../cluster/redact.ts";
import { isMembers, type Members, type RecordedObject } from "../cluster/recorded-object.ts";
import { isHarmless, redactText, type Reason, type Redactor } from "./redact-text.ts";
import { redacted } from "./secret-values.ts";

/** What was taken out of which object, and why; never the value. */
export interface Redaction {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly field: string;
  readonly why: Reason | "Secret";
}

export interface RedactedObject {
  readonly object: RecordedObject;
  readonly redactions: readonly Redaction[];
}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** Members that name something and hold nothing else; changing one would make objects contradict each other. */
const identity = new Set(["apiVersion", "kind", "uid", "resourceVersion", "creationTimestamp", "image", "imageID", "containerID"]);
const wholeIdentity = new Set(["labels", "matchLabels", "selector", "nodeSelector", "ownerReferences", "finalizers"]);

/** The names that a variable, a key of a config map or an annotation has when its value is a secret. */
const secretName = /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|KEY|CREDENTIAL|(?:^|_|-|\.)PWD$|(?:^|_|-|\.)PASS$/i;
/** Lists whose members are a name and a value. */
const listsValues = new Set(["env", "httpHeaders"]);
/** In objects of unknown kinds names such as `topologyKey` or `secretName` are references: only those that end in such a word count. */
const secretMember = /(?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|secret[-_]?key|credentials?)$/i;

/** An object without what is secret in it or looks so. Secrets keep their keys. Pure. */
export function redactObject(object: RecordedObject, redactor: Redactor, builtIn: boolean): RedactedObject {
  const redactions: Redaction[] = [];
  const { name, namespace } = object.metadata;
  const note = (field: string, why: Redaction["why"]) => redactions.push({ kind: object.kind, namespace, name, field, why });
  const walk = new Walk(redactor, builtIn, note);
  if (object.kind !== "Secret" || object.apiVersion !== "v1") return { object: walk.members(object, []) as RecordedObject, redactions };
  const { data, stringData, ...rest } = redactSecret(object);
  for (const [member, values] of Object.entries({ data, stringData }))
    for (const key of Object.keys(isMembers(values) ? values : {})) note(`${member}.${key}`, "Secret");
  const kept = { ...(data === undefined ? {} : { data }), ...(stringData === undefined ? {} : { stringData }) };
  return { object: { ...walk.members(rest, []), ...kept } as RecordedObject, redactions };
}

class Walk {
  readonly #redactor: Redactor;
  readonly #builtIn: boolean;
  readonly #note: (field: string, why: Reason) => void;

  constructor(redactor: Redactor, builtIn: boolean, note: (field: string, why: Reason) => void) {
    this.#redactor = redactor;
    this.#builtIn = builtIn;
    this.#note = note;
  }

  members(value: Members, path: readonly string[]): Members {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#member(key, item, value, path)]));
  }

  #member(key: string, item: unknown, parent: Members, path: readonly string[]): unknown {
    const here = [...path, key];
    const top = path[0] ?? "";
    if (typeof item === "string") {
      if (identity.has(key) || (key === "name" && !path.includes("data"))) return item;
      if (key === lastApplied) return this.#applied(item, here);
      if (top === "binaryData") return this.#binary(item, here);
      const owner = path.at(-1);
      const variable =
        key === "value" && typeof parent["name"] === "string" && listsValues.has(path.at(-2) ?? "") ? parent["name"] : undefined;
      const named =
        (variable !== undefined && secretName.test(variable)) ||
        ((owner === "data" || owner === "annotations") && secretName.test(key)) ||
        (!this.#builtIn && top !== "metadata" && secretMember.test(key));
      return named ? this.#named(item, here) : this.#text(item, here);
    }
    if (wholeIdentity.has(key)) return item;
    if (Array.isArray(item)) return this.#list(item, here, key === "command" || key === "args");
    return isMembers(item) ? this.members(item, here) : item;
  }

  #list(list: readonly unknown[], path: readonly string[], words: boolean): unknown[] {
    return list.map((item, index) => {
      const here = [...path, String(index)];
      if (typeof item === "string") {
        const before = list[index - 1];
        // `--token`, then its value as a word of its own.
        if (words && typeof before === "string" && /^--?[\w-]+$/.test(before) && secretMember.test(before)) return this.#named(item, here);
        return this.#text(item, here);
      }
      if (Array.isArray(item)) return this.#list(item, here, false);
      return isMembers(item) ? this.members(item, here) : item;
    });
  }

  /** A value that its name calls a secret. One of several lines is a file: only what is secret in it goes. */
  #named(value: string, path: readonly string[]): string {
    if (value.trim().includes("\n") || isHarmless(value, this.#redactor.names) || isPublic(value)) return this.#text(value, path);
    this.#note(path.join("."), "named as a secret");
    return redacted;
  }

  #text(value: string, path: readonly string[]): string {
    const { text, reasons } = redactText(value, this.#redactor);
    for (const why of reasons) this.#note(path.join("."), why);
    return text;
  }

  /** The object as it was applied: it repeats values, so it is redacted as an object is, and left out whole where it is none. */
  #applied(value: string, path: readonly string[]): string {
    try {
      const applied: unknown = JSON.parse(value);
      if (isMembers(applied)) return `${JSON.stringify(this.members(applied, []))}${value.endsWith("\n") ? "\n" : ""}`;
    } catch {
      // Said below.
    }
    this.#note(path.join("."), "named as a secret");
    return redacted;
  }

  /** What is text once decoded is redacted as text; stores of keys are not for anyone to read. */
  #binary(value: string, path: readonly string[]): string {
    const bytes = Buffer.from(value, "base64");
    const text = bytes.toString("utf8");
    if (/\.(?:p12|pfx|jks|keystore|key|kdbx|ppk)$/i.test(path.at(-1) ?? "")) {
      this.#note(path.join("."), "named as a secret");
      return Buffer.from(redacted).toString("base64");
    }
    if (!Buffer.from(text).equals(bytes)) return value;
    const clean = this.#text(text, path);
    return clean === text ? value : Buffer.from(clean).toString("base64");
  }
}

/** A public key or certificate, which is often called a key. */
function isPublic(value: string): boolean {
  return /-----BEGIN (?:CERTIFICATE|PUBLIC KEY)-----|^ssh-(?:rsa|ed25519) /.test(value);
}
