/** Since which minor version of Kubernetes 1 an API server warns whoever asks for a kind, and in which words. */
const deprecated: Readonly<Record<string, readonly [minor: number, text: string]>> = {
  "/v1/componentstatuses": [19, "v1 ComponentStatus is deprecated in v1.19+"],
  "/v1/endpoints": [33, "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"],
};

/** The value of the `Warning` header with which a server of this version answers for a kind; nothing where it has none. */
export function deprecationWarning(key: string, serverVersion: string): string | undefined {
  const [since, text] = deprecated[key] ?? [];
  const minor = Number(/^v1\.(\d+)/.exec(serverVersion)?.[1] ?? 0);
  return since === undefined || minor < since ? undefined : `299 - "${text}"`;
}
