import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { chooseClient, findClients, type FoundClient } from "../client/find-clients.ts";
import { createGateway } from "../gateway/gateway.ts";
import { randomIds } from "../gateway/random-ids.ts";
import type { Diet } from "../prompt/diet.ts";
import type { Observe, SessionEvent } from "../record/events.ts";
import { openLog } from "../record/log.ts";
import { addEvent, emptySummary, type SessionSummary } from "../record/summary.ts";
import type { Guide } from "../runbook/guidance.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { HostHandler } from "../seal/switchboard.ts";
import type { CliContext } from "./context.ts";
import { makeSessionFolder } from "./session-folder.ts";

export interface SessionOptions {
  /** What the session is about; part of its folder's name. */
  readonly name: string;
  readonly runtime: Runtime;
  readonly diet: Diet;
  readonly guide?: Guide | undefined;
  /** Longest answer of a turn, in tokens. */
  readonly maxTokens: number;
  readonly observe: Observe;
  /** What answers as `gateway.internal` in the place of our gateway: for measuring what somebody would have without it. */
  readonly instead?: ((tell: Observe) => HostHandler) | undefined;
}

/** What every session has, whatever runs in it. */
export interface Session {
  /** Known to the gateway and to the client alone. */
  readonly token: string;
  /** Answers as `gateway.internal`. */
  readonly gateway: HostHandler;
  /** Tells the log, the summary and whoever watches. */
  readonly tell: Observe;
  readonly summary: () => SessionSummary;
  /** The session's record; it stays. */
  readonly folder: string;
}

/** Opens the parts of a session around a runtime, and closes them and the runtime however `work` ends. */
export async function withSession<T>(context: CliContext, options: SessionOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const { runtime, diet, guide, maxTokens } = options;
  try {
    const folder = await makeSessionFolder(context.home, options.name);
    const log = openLog(join(folder, "events.ndjson"));
    let summary = emptySummary;
    const tell = (event: SessionEvent): void => {
      summary = addEvent(summary, event);
      log.write(event);
      options.observe(event);
    };
    const token = randomBytes(32).toString("hex");
    const newId = randomIds();
    const gateway = createGateway({ runtime, token, diet, guide, observe: tell, now: Date.now, newId, limits: { maxTokens } });
    try {
      const answer = options.instead?.(tell) ?? ((request, node) => gateway.fetch(request, node));
      return await work({ token, gateway: answer, tell, summary: () => summary, folder });
    } finally {
      await gateway.close();
      log.close();
    }
  } finally {
    await runtime.close();
  }
}

/** The client that a command's `--client` names: a version, `latest`, or a path. */
export async function findClient(context: CliContext, wanted: string | undefined, tempRoot: string): Promise<FoundClient> {
  const found = await findClients({
    given: wanted?.includes("/") === true ? wanted : undefined,
    searchPath: context.env["PATH"] ?? "",
    packageRoot: context.packageRoot,
    node: process.execPath,
    tempRoot,
    signal: context.signal,
  });
  return chooseClient(found, wanted?.includes("/") === true ? "latest" : wanted);
}
