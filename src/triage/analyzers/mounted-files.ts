import { specOf, stepTo } from "../fault-rule.ts";
import type { Finding } from "../finding.ts";
import { type FieldStep, listAt, numberAt, refOf, textAt } from "../kube-object.ts";
import { fileVolume, mountOf } from "../mounted-files.ts";
import { nearMisses } from "../near.ts";
import { quote } from "../quote.ts";
import { type Crash, runtimeWords } from "./crash.ts";

/** One file of a volume is mounted, and the volume has no such file: in its place stands a folder, which fits on no file of the image. */
export function fileNotThere(crash: Crash): Finding | undefined {
  const { snapshot, workload, container, pod } = crash;
  const said = runtimeWords(crash).find((text) => /volume-subpaths\/[\w.-]+\//.test(text) && /not a directory/i.test(text));
  const name = /volume-subpaths\/([\w.-]{1,100})\//.exec(said ?? "")?.[1];
  const at = /to rootfs at \\?"([^"\\]{1,300})\\?"/.exec(said ?? "")?.[1];
  const volume = name === undefined ? undefined : fileVolume(snapshot, workload, name);
  if (said === undefined || name === undefined || volume === undefined) return undefined;
  const mounts = listAt(container.json, "volumeMounts");
  const index = mounts.findIndex((mount) => {
    const file = textAt(mount, "subPath");
    return (
      textAt(mount, "name") === name &&
      (at === undefined || textAt(mount, "mountPath") === at) &&
      file !== undefined &&
      !holds(volume.files, file)
    );
  });
  const file = textAt(mounts[index], "subPath");
  if (file === undefined) return undefined;
  const near = nearMisses(file, volume.files.keys(), 8);
  const alike = near.filter((one) => endOf(one) === endOf(file));
  return {
    fault: "file-not-in-volume",
    severity: "cause",
    object: refOf(workload.object),
    field: [...container.field, "volumeMounts", stepTo(mounts, index), "subPath"],
    value: file,
    says: `container ${container.name} cannot start: it is given the file ${quote(file, 80)} of volume ${name}, and ${volume.holder.kind} ${volume.holder.name} has no such key`,
    evidence: [{ object: refOf(pod), from: "status", text: quote(said.slice(Math.max(said.indexOf("error mounting"), 0)), 240) }],
    candidates: (alike.length > 0 ? alike : near).slice(0, 3).map((value) => ({ value, why: `a file of volume ${name}` })),
  };
}

/** A file, or a folder in which files are. */
function holds(files: ReadonlyMap<string, string>, path: string): boolean {
  return [...files.keys()].some((one) => one === path || one.startsWith(`${path.replace(/\/+$/, "")}/`));
}

/** `nginx.conf` → `.conf` */
function endOf(file: string): string {
  return /\.[^./]*$/.exec(file)?.[0] ?? "";
}

/** What the kubelet gives files of config maps where nothing else is said. */
export const usualMode = 0o644;

/** A container is started with a file of a config map that nobody has the right to run. */
export function fileNotExecutable(crash: Crash): Finding | undefined {
  const { snapshot, workload, container, pod } = crash;
  const said = runtimeWords(crash).find((text) => /exec: \\?"[^"\\]+\\?": permission denied/.test(text));
  const path = /exec: \\?"([^"\\]{1,300})\\?": permission denied/.exec(said ?? "")?.[1];
  const mount = path === undefined ? undefined : mountOf(container, path);
  const volume = mount === undefined ? undefined : fileVolume(snapshot, workload, mount.volume);
  if (said === undefined || path === undefined || volume?.member !== "configMap" || !volume.files.has(mount?.inside ?? ""))
    return undefined;
  const items = listAt(volume.json, "configMap", "items");
  const item = items.findIndex((one) => textAt(one, "path") === mount?.inside && numberAt(one, "mode") !== undefined);
  const mode = numberAt(items[item], "mode") ?? numberAt(volume.json, "configMap", "defaultMode") ?? usualMode;
  if ((mode & 0o111) === 0o111) return undefined;
  const inVolume: readonly FieldStep[] = item < 0 ? ["defaultMode"] : ["items", item, "mode"];
  const volumes = listAt(workload.template, "spec", "volumes");
  return {
    fault: "file-not-executable",
    severity: "cause",
    object: refOf(workload.object),
    field: [...specOf(container.field), "volumes", stepTo(volumes, volume.index), "configMap", ...inVolume],
    value: `0${mode.toString(8)}`,
    says: `container ${container.name} is started with ${quote(path, 80)}, a file of ConfigMap ${volume.holder.name} that nobody may run: its mode is 0${mode.toString(8)}`,
    evidence: [{ object: refOf(pod), from: "status", text: quote(said.slice(Math.max(said.lastIndexOf("exec: "), 0)), 240) }],
    candidates: [{ value: "0755", why: "everybody may read and run it" }],
  };
}
