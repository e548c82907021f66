import { isMap, isScalar, parseAllDocuments } from "yaml";
import { isMembers, textAt, type RecordedObject } from "../cluster/recorded-object.ts";
import { builtInTypes, groupVersionOf } from "../cluster/resource-types.ts";
import { redactObject, type Redaction } from "./redact-object.ts";
import { redactText, type Redactor } from "./redact-text.ts";

export type RedactedFile =
  | { readonly kept: true; readonly bytes: Buffer; readonly reasons: readonly Redaction["why"][] }
  /** A file that is a secret as a whole. */
  | { readonly kept: false; readonly why: string };

const wholeSecrets =
  /(?:^|\/)(?:\.netrc|\.pgpass|\.htpasswd|\.dockercfg|\.git-credentials|kubeconfig|\.kube\/config|id_(?:rsa|dsa|ecdsa|ed25519))$|\.(?:p12|pfx|jks|keystore|kdbx|ppk)$/i;
const settings = /(?:^|\/)(?:\.env(?:\.[\w-]+)?|\.npmrc|\.pypirc|\.yarnrc)$|\.(?:env|properties|ini|conf|cfg|toml|tfvars)$/i;

/** A file of a repository without what is secret in it. Manifests are read as objects; of source code only what is known by its look goes. Pure. */
export function redactFile(path: string, bytes: Buffer, redactor: Redactor): RedactedFile {
  if (wholeSecrets.test(path)) return { kept: false, why: "such a file holds nothing but credentials" };
  const text = bytes.toString("utf8");
  if (text.includes("\0") || !Buffer.from(text).equals(bytes)) return { kept: true, bytes, reasons: [] };
  const manifest = /\.ya?ml$/i.test(path) ? redactManifest(text, redactor) : undefined;
  const kind = settings.test(path) ? "text" : "code";
  const { text: clean, reasons } = redactText(manifest?.text ?? text, redactor, kind);
  return {
    kept: true,
    bytes: clean === text ? bytes : Buffer.from(clean),
    reasons: [...new Set([...(manifest?.reasons ?? []), ...reasons])],
  };
}

/** The documents of a manifest with the same comments and layout; nothing where the text is not YAML (a template, say). */
function redactManifest(text: string, redactor: Redactor): { text: string; reasons: readonly Redaction["why"][] } | undefined {
  const documents = parseAllDocuments(text);
  const reasons = new Set<Redaction["why"]>();
  const changes: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  for (const document of documents) {
    if (document.errors.length > 0) return undefined;
    const form: unknown = toJs(document);
    if (!isMembers(form) || !isMembers(form["metadata"]) || textAt(form, "kind") === "") continue;
    const builtIn = builtInTypes.some((type) => type.kind === form["kind"] && groupVersionOf(type) === form["apiVersion"]);
    const { object, redactions } = redactObject(form as unknown as RecordedObject, redactor, builtIn);
    for (const { why } of redactions) reasons.add(why);
    for (const { path, value } of changedTexts(form, object, [])) {
      const node: unknown = document.getIn(path, true);
      if (isScalar(node) && node.range) changes.push({ from: node.range[0], to: node.range[1], text: JSON.stringify(value) });
      else if (isMap(node)) return undefined;
    }
  }
  let clean = text;
  for (const { from, to, text: value } of changes.sort((a, b) => b.from - a.from)) {
    // A block scalar ends with its line.
    const line = clean.slice(from, to).endsWith("\n") ? "\n" : "";
    clean = `${clean.slice(0, from)}${value}${line}${clean.slice(to)}`;
  }
  return { text: clean, reasons: [...reasons] };
}

interface ChangedText {
  readonly path: readonly (string | number)[];
  readonly value: string;
}

function changedTexts(before: unknown, after: unknown, path: readonly (string | number)[]): ChangedText[] {
  if (typeof after === "string") return before === after ? [] : [{ path, value: after }];
  if (Array.isArray(after))
    return after.flatMap((item: unknown, index) => changedTexts((before as readonly unknown[])[index], item, [...path, index]));
  if (!isMembers(after)) return [];
  return Object.entries(after).flatMap(([key, item]) => changedTexts(isMembers(before) ? before[key] : undefined, item, [...path, key]));
}

function toJs(document: { toJS(): unknown }): unknown {
  try {
    return document.toJS();
  } catch {
    return undefined;
  }
}
