import type { JsonValue } from "../messages/conversation.ts";
import { usualMode } from "./analyzers/mounted-files.ts";
import { containerOf, type FaultRule, specOf } from "./fault-rule.ts";
import type { Finding } from "./finding.ts";
import { type FieldStep, listAt, textAt, valueAt } from "./kube-object.ts";
import { whyNotNearest } from "./meant.ts";
import { fileVolume, type FileVolume, mountOf } from "./mounted-files.ts";
import { quote } from "./quote.ts";
import { type Container, containersOf } from "./workloads.ts";

/** The mount names a file that is there and was meant; or the volume has it under the name that the mount asks for. */
export const fileNotThereRule: FaultRule = {
  places: (finding) => {
    const name = /of volume ([\w.-]+),/.exec(finding.says)?.[1] ?? "";
    const volume = [...specOf(finding.field), "volumes", { name }];
    return [finding.field, [...volume, "configMap", "items"], [...volume, "secret", "items"]];
  },
  stays: ({ finding, was, now, before, after, repositoryText }) => {
    const mountAt = (container: Container): JsonValue | undefined =>
      valueAt(container.json, ...finding.field.slice(containerOf(finding.field).length, -1));
    const [old, mount] = [mountAt(was.container), mountAt(now.container)];
    const name = textAt(old, "name") ?? "";
    if (textAt(mount, "name") !== name || textAt(mount, "mountPath") !== textAt(old, "mountPath")) return "the file is mounted elsewhere";
    const file = textAt(mount, "subPath");
    if (file === undefined || file === "") return "all of the volume would lie where one file is wanted";
    const [had, has] = [fileVolume(before, was.workload, name), fileVolume(after, now.workload, name)];
    const key = has?.files.get(file);
    if (had === undefined || has === undefined || key === undefined) return `the volume has no file ${quote(file, 80)}`;
    const lost = lostFile(had, has, now.workload);
    if (lost !== undefined) return lost;
    const keys = finding.candidates.map(({ value, why }) => ({ value: had.files.get(value) ?? value, why }));
    return whyNotNearest({ ...finding, candidates: keys }, key, repositoryText);
  },
};

/** A mount that would find less in the volume than before, since only some keys are picked now. */
function lostFile(had: FileVolume, has: FileVolume, workload: Parameters<typeof containersOf>[0]): string | undefined {
  const itemsOf = ({ json, member }: FileVolume): readonly JsonValue[] => listAt(json, member, "items");
  const kept = itemsOf(has).map((one) => JSON.stringify(one));
  if (itemsOf(had).some((one) => !kept.includes(JSON.stringify(one)))) return `volume ${has.name} loses a file that it had`;
  if (kept.length > 0 && has.files.size < kept.length) return `volume ${has.name} would have two files of one name`;
  const mounts = containersOf(workload)
    .flatMap(({ json }) => listAt(json, "volumeMounts"))
    .filter((mount) => textAt(mount, "name") === has.name);
  const missing = mounts.find((mount) => {
    const file = textAt(mount, "subPath");
    return file === undefined ? has.files.size < had.files.size : !has.files.has(file);
  });
  return missing === undefined
    ? undefined
    : `what is mounted at ${quote(textAt(missing, "mountPath") ?? "", 80)} would lack files of volume ${has.name}`;
}

/** Everybody may run the script, or it is read by the shell that it names itself. */
export const fileNotExecutableRule: FaultRule = {
  places: (finding) => {
    const spec = specOf(finding.field);
    const container = /^container ([\w.-]+) is started/.exec(finding.says)?.[1] ?? "";
    return [
      finding.field,
      ...["containers", "initContainers"].map((list): readonly FieldStep[] => [...spec, list, { name: container }, "command"]),
    ];
  },
  stays: ({ finding, was, now, after }) => {
    const [old, words] = [wordsOf(was.container), wordsOf(now.container)];
    const [path = ""] = old;
    const mount = mountOf(now.container, path);
    const volume = mount === undefined ? undefined : fileVolume(after, now.workload, mount.volume);
    const key = volume?.files.get(mount?.inside ?? "");
    if (mount === undefined || volume === undefined || key === undefined) return `there is no file ${quote(path, 80)}`;
    const first = firstLine(textAt(volume.holder.json, "data", key) ?? "");
    const mode = modeOf(volume, mount.inside);
    if (typeof mode !== "number" || !Number.isInteger(mode) || mode < 0 || mode > 0o777)
      return "its mode is none that Kubernetes takes: at most 0777, in octal";
    if (JSON.stringify(old) === JSON.stringify(words)) return runnable(mode, first, finding);
    if ((mode & 0o004) === 0) return "not everybody may read it";
    const shell = words.slice(0, words.length - old.length);
    if (JSON.stringify(words.slice(shell.length)) !== JSON.stringify(old)) return "more of its command changes than what reads the script";
    return shellsFor(first).includes(shell.join(" ")) ? undefined : `nothing shows that ${quote(shell.join(" "), 60)} reads the script`;
  },
};

function runnable(mode: number, first: string, finding: Finding): string | undefined {
  if (`0${mode.toString(8)}` === finding.value) return "its mode is as before";
  if ((mode & 0o555) !== 0o555) return `with mode 0${mode.toString(8)} not everybody may run it`;
  if ((mode & 0o002) !== 0) return `with mode 0${mode.toString(8)} everybody may write it`;
  return shebangOf(first) === undefined ? "it does not say in its first line what runs it" : undefined;
}

function modeOf({ json, files }: FileVolume, file: string): JsonValue | undefined {
  const item = listAt(json, "configMap", "items").find((one) => textAt(one, "path") === file);
  return files.has(file) ? (valueAt(item, "mode") ?? valueAt(json, "configMap", "defaultMode") ?? usualMode) : undefined;
}

function firstLine(text: string): string {
  return text.slice(0, 200).split("\n")[0] ?? "";
}

/** `#!/bin/sh -e` → `/bin/sh -e`; a carriage return would be part of the name. */
function shebangOf(line: string): string | undefined {
  return /^#! ?(\/[\w./-]+(?: [\w-]+)*)$/.exec(line)?.[1];
}

/** What a script may be read by: the program of its first line, by its whole path or by its name alone. */
function shellsFor(line: string): readonly string[] {
  const own = shebangOf(line);
  if (own === undefined) return [];
  const named = own.replace(/^\/usr\/bin\/env /, "");
  return [own, named, named.replace(/^(?:\/[\w.-]+)*\//, ""), /^(?:ba)?sh\b/.test(named) ? `/bin/${named}` : own];
}

/** The command line of a container; of its image's own where it names none. */
function wordsOf({ json }: Container): readonly string[] {
  return [...listAt(json, "command"), ...listAt(json, "args")].filter((word): word is string => typeof word === "string");
}
