/** Where manifests usually are, in this order; anywhere in the repository where none of these has any. */
export const usualFolders: readonly string[] = ["deploy", "manifests", "k8s", "kubernetes", "charts", "config"];

/** Is it YAML, and of the repository's own? */
export function isYamlPath(path: string): boolean {
  return /\.ya?ml$/.test(path) && !/(?:^|\/)(?:\.git|node_modules)\//.test(path);
}

export function isKustomization(path: string): boolean {
  return /(?:^|\/)kustomization\.ya?ml$/.test(path);
}

/** Which of a repository's files are its plain manifests: the YAML of the first usual folder that has any. */
export function manifestPaths(paths: readonly string[]): readonly string[] {
  const yaml = paths.filter((path) => isYamlPath(path) && !isKustomization(path)).sort();
  const folder = usualFolders.find((one) => yaml.some((path) => path.startsWith(`${one}/`)));
  return folder === undefined ? yaml.filter((path) => !path.startsWith(".")) : yaml.filter((path) => path.startsWith(`${folder}/`));
}
