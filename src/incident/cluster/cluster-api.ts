import { asCloisterError } from "../../error.ts";
import { answerReview, isSelfReview } from "./access-review.ts";
import { deprecationWarning } from "./deprecation.ts";
import { aggregatedDiscovery, coreVersions, groupDocument, groupList, resourceList } from "./discovery.ts";
import { readLog } from "./logs.ts";
import { negotiateDiscovery, negotiateObject } from "./negotiate.ts";
import { openapiV2Json, openapiV2Protobuf } from "./openapi-v2.ts";
import { openapiDocument, openapiIndex } from "./openapi.ts";
import { integerOf, isYes } from "./query.ts";
import { rebaseObject, rebaseOffset } from "./rebase.ts";
import type { RecordedCluster } from "./recorded-cluster.ts";
import type { RecordedObject } from "./recorded-object.ts";
import { representList, representObject, type Showing } from "./represent.ts";
import { typeKey, type ResourceType } from "./resource-types.ts";
import { readReviewBody } from "./review-body.ts";
import { parseRoute, type Address, type Route } from "./route.ts";
import { selectPage } from "./select.ts";
import { badRequest, internal, invalid, noSuchRoute, notFound, readOnly, type Status } from "./status.ts";
import { watchStream } from "./watch.ts";

export interface ClusterApiOptions {
  /** Milliseconds since the epoch. Read once to move the recording, and for each request to tell ages. */
  readonly now: () => number;
  /** Told of each request that was answered; `path` is with its query, since that says which log or which events were read. */
  readonly observe?: ((request: ObservedRequest) => void) | undefined;
  /** How long a watch is held open before it ends. */
  readonly watchMs?: number | undefined;
}

export interface ObservedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface ClusterApi {
  fetch(request: Request): Promise<Response>;
}

/**
 * The API server of a recorded cluster, as a Web-standard handler: what kubectl reads is answered as Kubernetes would answer it, what would
 * change anything is refused. All timestamps are moved by one offset, fixed here, so that the recording ended when the session began.
 */
export function createClusterApi(cluster: RecordedCluster, { now, observe, watchMs = 5_000 }: ClusterApiOptions): ClusterApi {
  const offset = rebaseOffset(cluster.recordedAt, now());
  const objects = new Map([...cluster.objects].map(([key, list]) => [key, list.map((object) => rebaseObject(object, offset))]));
  const types = new Map(cluster.types.map((type) => [typeKey(type), type]));
  const server: Server = { cluster, objects, types, offset, now, watchMs, resourceVersion: latestVersion(objects) };
  return {
    async fetch(request) {
      const url = new URL(request.url);
      const response = await answer(server, request, url).catch((thrown: unknown) => refuse(thrown));
      const warning = warningOf(server, url);
      if (warning !== undefined && response.ok) response.headers.set("warning", warning);
      observe?.({ method: request.method, path: url.pathname + url.search, status: response.status });
      return response;
    },
  };
}

function warningOf({ cluster }: Server, url: URL): string | undefined {
  const route = parseRoute(url.pathname);
  return route?.to === "resource" ? deprecationWarning(typeKey(route.address), cluster.serverVersion) : undefined;
}

interface Server {
  readonly cluster: RecordedCluster;
  readonly objects: ReadonlyMap<string, readonly RecordedObject[]>;
  readonly types: ReadonlyMap<string, ResourceType>;
  readonly offset: number;
  readonly now: () => number;
  readonly watchMs: number;
  readonly resourceVersion: string;
}

function refuse(thrown: unknown): Response {
  const error = asCloisterError(thrown);
  return json(error.code === "bad-request" ? badRequest(error.message) : internal(error.message));
}

async function answer(server: Server, request: Request, url: URL): Promise<Response> {
  const route = parseRoute(url.pathname);
  if (route === undefined) return json(badRequest("the path is not valid percent encoding"));
  if (route.to === "resource") return answerResource(server, request, url.searchParams, route.address);
  if (request.method !== "GET" && request.method !== "HEAD") return json(readOnly(undefined, undefined));
  return answerServer(server, request, route);
}

/** Everything that is about the server and not about objects. */
function answerServer({ cluster }: Server, request: Request, route: Exclude<Route, { to: "resource" }>): Response {
  const { types } = cluster;
  const accept = request.headers.get("accept");
  switch (route.to) {
    case "api-root":
    case "apis-root": {
      const root = route.to === "api-root" ? "api" : "apis";
      const form = negotiateDiscovery(accept);
      if (form.as !== "discovery") return json(root === "api" ? coreVersions() : groupList(types));
      const type = `application/json;g=apidiscovery.k8s.io;v=${form.version};as=APIGroupDiscoveryList`;
      return json(aggregatedDiscovery(types, root, form.version), type);
    }
    case "group":
      return json(groupDocument(types, route.group) ?? noSuchRoute());
    case "version":
      return json(resourceList(types, route.group, route.version) ?? noSuchRoute());
    case "server-version":
      return json(versionDocument(cluster.serverVersion));
    case "health":
      return new Response("ok", { headers: { "content-type": "text/plain; charset=utf-8" } });
    case "openapi-v2":
      // Old clients decode protobuf whatever they are answered.
      return accept?.includes("protobuf") === true ? protobuf(openapiV2Protobuf(types)) : json(openapiV2Json());
    case "openapi-v3":
      if (route.groupVersion === undefined) return json(openapiIndex(types));
      return json(openapiDocument(types, route.groupVersion) ?? noSuchRoute());
    default:
      return json(noSuchRoute());
  }
}

async function answerResource(server: Server, request: Request, query: URLSearchParams, address: Address): Promise<Response> {
  const type = server.types.get(typeKey(address));
  if (type === undefined || (address.namespace !== undefined && !type.namespaced)) return json(noSuchRoute());
  const reading = request.method === "GET" || request.method === "HEAD";
  if (request.method === "POST" && isSelfReview(type.group, type.resource)) return answerQuestion(request, type);
  if (!reading || !isReadable(type, address.subresource)) return json(readOnly(type, address.name));
  if (isSelfReview(type.group, type.resource)) return json(noSuchRoute());

  const all = server.objects.get(type.group === "events.k8s.io" ? "/v1/events" : typeKey(type)) ?? [];
  const showing: Showing = {
    type,
    as: negotiateObject(request.headers.get("accept")),
    include: includeOf(query),
    now: server.now(),
    resourceVersion: server.resourceVersion,
  };
  if (address.name !== undefined && !isYes(query, "watch")) {
    const found = all.find(({ metadata }) => metadata.name === address.name && metadata.namespace === address.namespace);
    if (found === undefined) return json(notFound(type, address.name));
    if (address.subresource === "log") return answerLog(server, found, query);
    return json(representObject(found, showing));
  }
  if (isYes(query, "watch")) return answerWatch(server, request, query, address, all, showing);
  return json(representList(selectPage(all, type, address, query), showing));
}

/** Parts of an object that can be read; all others are ways to act on it (`exec`, `portforward`, `proxy`, `eviction`). */
function isReadable(type: ResourceType, subresource: string | undefined): boolean {
  if (subresource === undefined || subresource === "status") return true;
  return subresource === "log" && type.group === "" && type.resource === "pods";
}

function includeOf(query: URLSearchParams): Showing["include"] {
  const include = query.get("includeObject");
  return include === "Object" || include === "None" ? include : "Metadata";
}

function answerLog({ cluster, offset, now }: Server, pod: RecordedObject, query: URLSearchParams): Response {
  const log = readLog({ cluster, pod, query, offset, now: now() });
  return typeof log === "string" ? new Response(log, { headers: { "content-type": "text/plain" } }) : json(log);
}

function answerWatch(
  { watchMs }: Server,
  request: Request,
  query: URLSearchParams,
  address: Address,
  all: readonly RecordedObject[],
  showing: Showing,
): Response {
  if (query.has("sendInitialEvents"))
    return json(invalid("sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"));
  const { items } = selectPage(all, showing.type, address, query);
  const seconds = integerOf(query, "timeoutSeconds", 0);
  const holdMs = seconds === undefined || seconds === 0 ? watchMs : Math.min(watchMs, seconds * 1_000);
  const version = query.get("resourceVersion") ?? "";
  const news = version === "" || version === "0" ? items : [];
  return new Response(watchStream(news, showing, holdMs, request.signal), { headers: { "content-type": "application/json" } });
}

async function answerQuestion(request: Request, type: ResourceType): Promise<Response> {
  const review = answerReview(type.resource, await readReviewBody(request, type.resource));
  return json(review ?? badRequest(`the body is not a ${type.kind}, or larger than one can be`), "application/json", 201);
}

/** A recording has one version for all: that of its latest object. */
function latestVersion(objects: ReadonlyMap<string, readonly RecordedObject[]>): string {
  const versions = [...objects.values()].flat().map(({ metadata }) => Number(metadata.resourceVersion ?? 1));
  return String(versions.reduce((a, b) => (Number.isSafeInteger(b) && b > a ? b : a), 1));
}

function versionDocument(gitVersion: string): unknown {
  const [, major = "", minor = ""] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    gitVersion,
    gitCommit: "",
    gitTreeState: "archive",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: "",
    compiler: "gc",
    platform: "linux/amd64",
  };
}

/** Not under OpenAPI's own media type: its `@` is one that those clients cannot parse. */
function protobuf(bytes: Uint8Array): Response {
  return new Response(new Uint8Array(bytes), { headers: { "content-type": "application/octet-stream" } });
}

function json(body: unknown, contentType = "application/json", okStatus = 200): Response {
  const status = isStatus(body) ? body.code : okStatus;
  return new Response(JSON.stringify(body), { status, headers: { "content-type": contentType } });
}

function isStatus(body: unknown): body is Status {
  return typeof body === "object" && body !== null && (body as Status).kind === "Status";
}
