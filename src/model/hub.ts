import { CloisterError } from "../error.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import type { Source, SourceRequest } from "./source.ts";

export interface HubOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Until the server's answer begins, in milliseconds: short, so that a machine without the hub soon asks the next source. */
  readonly connectMs?: number | undefined;
  /** Without a byte in the middle of the file, in milliseconds. */
  readonly stallMs?: number | undefined;
}

const publicHub = "https://huggingface.co";
const maxRedirects = 5;

/**
 * The public hub, or a mirror of it named by `HF_ENDPOINT`. `HF_TOKEN` is sent as a header to that origin and to no other: the
 * hub redirects to storage on other hosts. `HF_HUB_OFFLINE` is honoured.
 */
export function hubSource(entry: CatalogueEntry, options: HubOptions): Source {
  return {
    name: "the model hub",
    scratchBytes: 0,
    read: (request) => readHub(entry, options, request),
  };
}

async function* readHub(entry: CatalogueEntry, options: HubOptions, request: SourceRequest): AsyncGenerator<Uint8Array, void, undefined> {
  const { env, connectMs = 6_000, stallMs = 30_000 } = options;
  if (/^(1|true|yes|on)$/i.test(env["HF_HUB_OFFLINE"] ?? "")) throw unreachable("HF_HUB_OFFLINE is set");
  const address = fileAddress(env["HF_ENDPOINT"], entry);
  const token = bearerToken(env["HF_TOKEN"]);

  const watch = new Watch(request.signal);
  try {
    watch.within(connectMs, `${address.host} does not answer`);
    const response = await follow(address, token, request.offset, watch.signal);
    if (response.body === null) throw unreachable(`${address.host} sent an empty answer`);
    let skip = checkAnswer(response, entry, request.offset);
    const body = response.body as AsyncIterable<Uint8Array>;
    watch.within(stallMs, `${address.host} stopped sending`);
    for await (const chunk of body) {
      watch.within(stallMs, `${address.host} stopped sending`);
      const skipped = Math.min(skip, chunk.length);
      skip -= skipped;
      if (skipped < chunk.length) yield chunk.subarray(skipped);
      watch.within(stallMs, `${address.host} stopped sending`);
    }
  } catch (thrown) {
    if (request.signal.aborted) throw new CloisterError("cancelled", "The pull was cancelled; what came so far is kept.");
    if (thrown instanceof CloisterError) throw thrown;
    throw unreachable(watch.reason ?? `${address.host}: ${networkReason(thrown)}`, thrown);
  } finally {
    watch.end();
  }
}

/** Where the file is. Throws `unreachable` for an endpoint that is no address; does not repeat it, since it may hold a password. */
function fileAddress(endpoint: string | undefined, entry: CatalogueEntry): URL {
  const base = endpoint === undefined || endpoint.trim() === "" ? publicHub : endpoint.trim();
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:"))
    throw unreachable("HF_ENDPOINT is not an http(s) address");
  if (url.username !== "" || url.password !== "") throw unreachable("HF_ENDPOINT holds a user name or password; set HF_TOKEN instead");
  const path = url.pathname.replace(/\/+$/, "");
  return new URL(`${path}/${entry.hub.repository}/resolve/main/${entry.hub.file}`, url);
}

/** A token with a line break in it would make `fetch` throw an error that repeats it: checked here, so that it never gets there. */
function bearerToken(token: string | undefined): string | undefined {
  const trimmed = token?.trim() ?? "";
  if (trimmed === "") return undefined;
  if (!/^[\x21-\x7e]+$/.test(trimmed)) throw unreachable("HF_TOKEN holds characters that no token has");
  return trimmed;
}

/** Redirects are followed by hand: `fetch` leaves out the token for another origin too, but this is not left to be believed. */
async function follow(address: URL, token: string | undefined, offset: number, signal: AbortSignal): Promise<Response> {
  let url = address;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const headers = new Headers({ "accept-encoding": "identity", "user-agent": "cloister" });
    if (offset > 0) headers.set("range", `bytes=${offset}-`);
    if (token !== undefined && url.origin === address.origin) headers.set("authorization", `Bearer ${token}`);
    const response = await fetch(url.href, { headers, signal, redirect: "manual" });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next === undefined || (next.protocol !== "https:" && next.protocol !== "http:"))
      throw unreachable(`${url.host} redirects to something that is no http(s) address`);
    url = next;
  }
  throw unreachable(`${address.host} redirects without an end`);
}

/** How many bytes at the start of the answer are here already. Throws where the answer is not this file's rest. */
function checkAnswer(response: Response, entry: CatalogueEntry, offset: number): number {
  const { status } = response;
  if (status === 401 || status === 403) throw unreachable(`it answers ${status}: HF_TOKEN is missing or not accepted`);
  if (status !== 200 && status !== 206) throw unreachable(`it answers ${status}`);
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  if (status === 206 && (range === null || Number(range[1]) !== offset))
    throw unreachable("it answers with another part of the file than was asked for");
  const length = response.headers.get("content-length");
  const total = status === 206 ? range?.[2] : (length ?? undefined);
  // Refused before a gigabyte has come.
  if (total !== undefined && total !== "*" && Number(total) !== entry.bytes)
    throw new CloisterError("damaged", `it has a file of ${total} bytes, ${entry.name} has ${entry.bytes}`);
  return status === 206 ? 0 : offset;
}

function networkReason(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return cause.code;
  return cause instanceof Error ? cause.message : "the connection broke";
}

function unreachable(reason: string, cause?: unknown): CloisterError {
  return new CloisterError("unreachable", reason, { cause });
}

/** A signal that is aborted by the caller's or when a wait runs out. */
class Watch {
  reason: string | undefined;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #onAbort = (): void => this.#controller.abort();
  #timer: NodeJS.Timeout | undefined;

  constructor(outer: AbortSignal) {
    this.#outer = outer;
    if (outer.aborted) this.#controller.abort();
    else outer.addEventListener("abort", this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The next thing has to happen within `ms`. */
  within(ms: number, reason: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.reason = `${reason} (${Math.round(ms / 1000)} s)`;
      this.#controller.abort();
    }, ms);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#onAbort);
    // Ends a transfer that the consumer left in the middle.
    this.#controller.abort();
  }
}
