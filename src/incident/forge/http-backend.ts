import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

import { CloisterError } from "../../error.ts";
import { gitEnvironment, type GitSetting } from "./git.ts";
import type { Repository } from "./repository.ts";

/** The three requests of git's smart HTTP protocol; nothing else of `git http-backend` is reachable. */
export type GitService =
  | { readonly kind: "advertise"; readonly service: "git-upload-pack" | "git-receive-pack" }
  | { readonly kind: "upload-pack" }
  | { readonly kind: "receive-pack" };

export interface GitExchange {
  readonly repository: Repository;
  readonly service: GitService;
  /** Who pushes, where that is known: git accepts a push from a named user only. */
  readonly user?: string | undefined;
  /** Bytes of the body as they arrive; more ends the exchange. */
  readonly maxBodyBytes: number;
  /** Told of the child as it starts, with a channel to its hooks on descriptor 3. */
  readonly onHooks?: ((child: ChildProcess) => void) | undefined;
  /** Awaited when git is done, before the client sees the end of the answer. */
  readonly afterwards?: () => Promise<void>;
}

const maxHeaderBytes = 16 * 1024;
const maxSeconds = 600;

/**
 * Answer one request of git's smart HTTP protocol through `git http-backend` (CGI, git-http-backend(1)), both ways streamed. The child leads a
 * process group of its own, which ends with the request: when the client goes away, when the body is too large, after 10 minutes.
 * `living` holds the children that run, for whoever closes the forge.
 */
export async function exchangeWithGit(
  setting: GitSetting,
  request: Request,
  exchange: GitExchange,
  living: Set<ChildProcess>,
): Promise<Response> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > exchange.maxBodyBytes) throw tooLarge(exchange.maxBodyBytes);

  const child = spawn("git", ["http-backend"], {
    cwd: setting.root,
    env: { ...gitEnvironment(setting), ...cgiVariables(request, exchange, setting.root) },
    stdio: ["pipe", "pipe", "ignore", exchange.onHooks === undefined ? "ignore" : "pipe"],
    detached: true,
  });
  exchange.onHooks?.(child);
  living.add(child);
  const kill = () => killGroup(child);
  const timer = setTimeout(kill, maxSeconds * 1000);
  request.signal.addEventListener("abort", kill, { once: true });
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      request.signal.removeEventListener("abort", kill);
      living.delete(child);
      resolve();
    };
    child.once("exit", end);
    child.once("error", end);
  });

  let overflow = false;
  void sendBody(request, child, exchange.maxBodyBytes, (tooMuch) => {
    overflow = tooMuch;
    kill();
  });
  const output = (child.stdout as Readable)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const head = await readHead(output).catch(() => undefined);
  if (head === undefined) {
    kill();
    if (overflow) throw tooLarge(exchange.maxBodyBytes);
    throw new CloisterError("internal", "git http-backend could not be started, or ended without an answer.");
  }
  return new Response(answerBody(head.rest, output, child, ended, exchange), { status: head.status, headers: head.headers });
}

/** End a child and everything that it started. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
  child.stdout?.destroy();
}

function tooLarge(maxBytes: number): CloisterError {
  return new CloisterError("too-large", `The request is larger than this forge takes (${Math.floor(maxBytes / (1024 * 1024))} MiB).`);
}

function cgiVariables(request: Request, exchange: GitExchange, root: string): Record<string, string> {
  const { repository, service } = exchange;
  const folder = `/${repository.owner}/${repository.name}.git`;
  const variables: Record<string, string> = {
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_PROTOCOL: "HTTP/1.1",
    REQUEST_METHOD: service.kind === "advertise" ? "GET" : "POST",
    GIT_PROJECT_ROOT: `${root}/repositories`,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: service.kind === "advertise" ? `${folder}/info/refs` : `${folder}/git-${service.kind}`,
    QUERY_STRING: service.kind === "advertise" ? `service=${service.service}` : "",
    REMOTE_ADDR: "127.0.0.1",
  };
  if (exchange.onHooks !== undefined) variables["CLOISTER_GATE"] = "3";
  if (exchange.user !== undefined) variables["REMOTE_USER"] = exchange.user;
  if (service.kind !== "advertise") variables["CONTENT_TYPE"] = `application/x-git-${service.kind}-request`;
  const length = request.headers.get("content-length");
  // Without a length (a chunked body) git reads to the end of its input.
  if (length !== null && /^\d{1,15}$/.test(length)) variables["CONTENT_LENGTH"] = length;
  const encoding = request.headers.get("content-encoding");
  if (encoding === "gzip" || encoding === "x-gzip") variables["HTTP_CONTENT_ENCODING"] = encoding;
  const protocol = request.headers.get("git-protocol");
  if (protocol !== null && /^[a-z0-9=:.-]{1,100}$/.test(protocol)) variables["GIT_PROTOCOL"] = protocol;
  return variables;
}

/** Pass the body on as it comes; `stop` when it is larger than allowed, or breaks off. */
async function sendBody(request: Request, child: ChildProcess, maxBytes: number, stop: (tooMuch: boolean) => void): Promise<void> {
  const stdin = child.stdin;
  if (stdin === null) return;
  // git may stop reading before the body ends (a push it refuses): the rest is read and dropped, so that the client hears the answer.
  let open = true;
  const closed = new Promise<void>((resolve) => {
    const shut = () => {
      open = false;
      resolve();
    };
    stdin.on("error", shut);
    stdin.once("close", shut);
  });
  let total = 0;
  try {
    for await (const chunk of request.body ?? []) {
      total += chunk.length;
      if (total > maxBytes) return stop(true);
      if (open && !stdin.write(chunk)) await Promise.race([once(stdin, "drain").catch(() => undefined), closed]);
    }
  } catch {
    // The client went away in the middle of its body.
    stop(false);
  } finally {
    if (open) stdin.end();
  }
}

interface Head {
  readonly status: number;
  readonly headers: Headers;
  readonly rest: Buffer;
}

/** The header block of a CGI answer; nothing when the child ends before it is whole. */
async function readHead(output: AsyncIterator<Buffer>): Promise<Head | undefined> {
  let gathered = Buffer.alloc(0);
  for (;;) {
    const next = await output.next();
    if (next.done === true) return undefined;
    gathered = Buffer.concat([gathered, next.value]);
    const end = gathered.indexOf("\r\n\r\n");
    if (end >= 0) return parseHead(gathered.subarray(0, end).toString("latin1"), gathered.subarray(end + 4));
    if (gathered.length > maxHeaderBytes) return undefined;
  }
}

function parseHead(text: string, rest: Buffer): Head {
  const headers = new Headers();
  let status = 200;
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).trim();
    if (line.slice(0, colon).toLowerCase() === "status") status = Number.parseInt(value, 10) || 500;
    else headers.append(line.slice(0, colon), value);
  }
  return { status, headers, rest };
}

function answerBody(
  first: Buffer,
  output: AsyncIterator<Buffer>,
  child: ChildProcess,
  ended: Promise<void>,
  exchange: GitExchange,
): ReadableStream<Uint8Array> {
  let waiting: Buffer | undefined = first.length > 0 ? first : undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (waiting !== undefined) {
          controller.enqueue(waiting);
          waiting = undefined;
          return;
        }
        const next = await output.next();
        if (next.done !== true) return controller.enqueue(next.value);
        await ended;
        await exchange.afterwards?.();
        if (child.exitCode === 0) controller.close();
        else controller.error(new CloisterError("internal", "git http-backend did not end well."));
      },
      async cancel() {
        killGroup(child);
        await ended;
      },
    },
    { highWaterMark: 0 },
  );
}
