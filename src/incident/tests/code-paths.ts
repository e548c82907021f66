import { manifestPaths } from "../../triage/manifest-paths.ts";

/** Is it a test, or something that only tests use? By where it is and how it is called, as the usual runners look for them. */
export function isTestPath(path: string): boolean {
  return /(?:^|\/)(?:tests?|specs?|__tests__|testdata|fixtures)\/|[._-](?:test|spec)\.\w+$|_test\.go$|(?:^|\/)test_\w+\.py$|(?:^|\/)conftest\.py$/.test(
    path,
  );
}

/** What decides how tests are run, not what the service does: runners' settings, scripts, locks. */
export function isTestSetting(path: string): boolean {
  return /(?:^|\/)(?:package\.json|[^/]*lock[^/]*|\.npmrc|\.mocharc\.\w+|(?:jest|vitest|babel)\.config\.\w+|tsconfig\.json|pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml|Makefile|go\.(?:mod|sum))$/.test(
    path,
  );
}

export function isDocument(path: string): boolean {
  return /\.(?:md|txt|rst|adoc)$/i.test(path);
}

/** What a fix of code leaves alone, of the paths that changed: manifests, how the service is built and tested, hidden files. */
export function pathsOutsideCode(changed: readonly string[], all: readonly string[]): readonly string[] {
  const manifests = new Set(manifestPaths(all));
  return changed.filter(
    (path) =>
      manifests.has(path) ||
      isTestSetting(path) ||
      /(?:^|\/)\.|(?:^|\/)(?:Dockerfile|Containerfile|Procfile|docker-compose\.ya?ml)$|(?:^|\/)node_modules\//.test(path),
  );
}
