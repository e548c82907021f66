import type { JsonValue } from "../messages/conversation.ts";
import { isObject, type KubeObject, listAt, textAt, textsAt } from "./kube-object.ts";
import { type Container, containersOf } from "./workloads.ts";

/** Credentials that are known by how they look: private keys, web tokens, keys of well-known services, a password in an address. */
const looks: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}/,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bgh[opsur]_[A-Za-z0-9]{30,}\b/,
  /\bgl(?:pat|dt|rt)-[\w-]{20,}/,
  /\bxox[abeoprs]-[\w-]{10,}/,
  /\bsk-(?:[a-z]+-)*[\w-]{20,}/,
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@?#]*:(?!\$[({])[^\s@/]+@/i,
];

/** Is a value under this name a secret? `DB_PASSWORD`, `dbPassword`, `db-password`. */
export function isSecretName(name: string): boolean {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
  return /(?:^|[_.-])(?:PASSWORD|PASSWD|SECRET|TOKEN|API[_.-]?KEY|PRIVATE[_.-]?KEY|CREDENTIALS?)(?:$|[_.-])/.test(words);
}

/** Where an object holds a secret in the clear that it did not hold before, in words: variables and arguments of containers, a config map's data. */
export function findSecretsInClear(before: KubeObject | undefined, after: KubeObject, way: readonly string[]): readonly string[] {
  if (after.kind === "ConfigMap") {
    const old = textsAt(before?.json, "data");
    return Object.entries(textsAt(after.json, "data"))
      .filter(([key, value]) => old[key] !== value && !Object.values(old).includes(value) && isSecret(key, value))
      .map(([key]) => `${key} of ConfigMap ${after.name}`);
  }
  const was = containersIn(before, way);
  return containersIn(after, way).flatMap((container) => {
    const old = was.find(({ name }) => name === container.name)?.json;
    const variables = listAt(container.json, "env").flatMap((variable) => {
      const [name, value] = [textAt(variable, "name") ?? "", textAt(variable, "value") ?? ""];
      const same = listAt(old, "env").some((one) => textAt(one, "name") === name && textAt(one, "value") === value);
      return !same && value !== "" && isSecret(name, value) ? [`variable ${name} of container ${container.name}`] : [];
    });
    const words = ["command", "args"].flatMap((member) => newWords(old, container.json, member));
    return [...variables, ...words.map((word) => `${word} of container ${container.name}`)];
  });
}

/** `--db-password=x`, and `--db-password` with a word of its own behind it. */
function newWords(before: JsonValue | undefined, after: JsonValue, member: string): readonly string[] {
  const texts = (value: JsonValue | undefined): readonly string[] =>
    listAt(value, member).filter((one): one is string => typeof one === "string");
  const [old, now] = [new Set(texts(before)), texts(after)];
  return now.flatMap((word, at) => {
    const [, option, value] = /^--?([\w.-]+)(?:=([^]*))?$/.exec(word) ?? [];
    const given = value ?? now[at + 1] ?? "";
    const isNew = !old.has(word) || (value === undefined && !old.has(given));
    if (option !== undefined) return isNew && !given.startsWith("-") && given !== "" && isSecret(option, given) ? [`--${option}`] : [];
    return !old.has(word) && looks.some((look) => look.test(word)) ? [`a word of \`${member}\``] : [];
  });
}

/** By its name, where the value can be one: no path, number or flag, nothing that is filled in later; or by its looks. */
function isSecret(name: string, value: string): boolean {
  const says = /^(?:\/[\w./-]*|-?\d{1,6}(?:ms|s|m|h|d)?|true|false|\$\(.*\)|\$\{.*\})$/i.test(value.trim());
  return (isSecretName(name) && !says) || looks.some((look) => look.test(value));
}

function containersIn(object: KubeObject | undefined, way: readonly string[]): readonly Container[] {
  let template: JsonValue | undefined = object?.json;
  for (const step of way) template = isObject(template) ? template[step] : undefined;
  return isObject(template) ? containersOf({ way, template }) : [];
}
