import { type KubeObject, textAt } from "./kube-object.ts";

/** Does a claim that names no class get this one? */
export function isDefaultClass({ json }: KubeObject): boolean {
  return textAt(json, "metadata", "annotations", "storageclass.kubernetes.io/is-default-class") === "true";
}
