import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { linkAbort } from "../abort.ts";
import { asCloisterError, CloisterError, httpStatus } from "../error.ts";
import { errorBody } from "../messages/error-body.ts";
import { agentHeader, type MessagesRequest, parseCountRequest, parseRequest } from "../messages/request.ts";
import { assembleMessage, type StreamEvent } from "../messages/stream.ts";
import { answerTurn, type TurnContext } from "./answer-turn.ts";
import { fitTurn, windowOf } from "./fit-turn.ts";
import { messageStart, saidEvents } from "./answer-events.ts";
import { createLanes } from "./lanes.ts";
import { defaultLimits, type GatewayOptions } from "./options.ts";
import { planTurn } from "./plan-turn.ts";
import { readBody } from "./read-body.ts";
import { watchSession } from "./session-watch.ts";
import { countsToolsAlone, sideRequest } from "./side-request.ts";
import { streamResponse } from "./stream-response.ts";
import { tokenCheck } from "./token.ts";

export interface Gateway {
  /** `node` is what the request came with, where Node's HTTP server took it: bodies are then read from it, and streams written to it, without a copy. */
  fetch(request: Request, node?: Partial<HttpBindings>): Promise<Response>;
  /** Stops what runs and resolves when it has stopped. The runtime stays open: whoever made it closes it. */
  close(): Promise<void>;
}

/**
 * The Messages API for one session, before one runtime.
 *
 * Routes, with the session's token: `POST /v1/messages` (stream and whole), `POST /v1/messages/count_tokens`, `GET /v1/models`
 * and `/v1/models/ID`. Without it: `GET` and `HEAD` of `/` and `/api/hello`, the first probes of clients 2.1.84 and 2.1.330,
 * and of `/healthz`. These are all that the two clients were seen to ask of their base URL; whatever else one may
 * try is a 404 in the API's own form.
 *
 * Failures, as both clients take them (`e2e/gateway-clients.test.ts`): the status 529 is tried again as it is. After
 * `message_start`, 2.1.330 streams again on an `overloaded_error` event or a torn connection, and asks for a whole answer when text
 * had begun, on other errors and on an early end; 2.1.84 asks for a whole answer on all of them. With
 * `CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK` set 2.1.84 gives up in place of that, so a launcher must not set it. Hence: statuses as
 * long as nothing was sent, `overloaded_error` for what can be tried again, and whole answers as good as streamed ones.
 */
export function createGateway(options: GatewayOptions): Gateway {
  const { runtime, newId } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const lanes = createLanes(limits.waiting);
  const context: TurnContext = {
    runtime,
    diet: options.diet,
    guide: options.guide,
    limits,
    newId,
    watch: watchSession(options.observe, options.now),
    lanes,
    window: windowOf(runtime, limits.maxTokens),
  };
  /** What the model would read of a request, in tokens: what its answer will say that it read. It is no turn: what the lanes know stays as it is. */
  const count = async (request: MessagesRequest): Promise<number> => {
    const diet = countsToolsAlone(request) ? { ...context.diet, system: undefined } : context.diet;
    const plan = planTurn(request, { ...context, diet, lanes: { choose: createLanes(0).choose, joinSummary: lanes.joinSummary } });
    return (await fitTurn(plan, context.window)).promptTokens;
  };
  const closing = new AbortController();
  const { facts } = runtime;
  const carriesToken = tokenCheck(options.token);
  const app = new Hono<{ Variables: { requestId: string }; Bindings: Partial<HttpBindings> }>();

  app.use(async (c, next) => {
    c.set("requestId", `req_${newId()}`);
    await next();
  });
  app.use("/v1/*", async (c, next) => {
    if (!carriesToken(c.req.raw.headers)) throw new CloisterError("unauthorized", "The request does not carry this session's token.");
    await next();
  });

  app.get("/", (c) => c.json({ service: "cloister" }));
  app.get("/api/hello", (c) => c.json({ service: "cloister" }));
  app.get("/healthz", (c) => c.json({ ok: !closing.signal.aborted, model: facts.model, isModel: facts.isModel, runtime: facts.runtime }));

  const model = {
    type: "model",
    id: facts.model,
    display_name: facts.model,
    created_at: "1970-01-01T00:00:00Z",
    max_input_tokens: facts.window,
  };
  app.get("/v1/models", (c) => c.json({ data: [model], has_more: false, first_id: model.id, last_id: model.id }));
  app.get("/v1/models/:id", (c) => {
    if (c.req.param("id") !== facts.model)
      throw new CloisterError("not-found", `There is no model ${JSON.stringify(c.req.param("id").slice(0, 80))} here.`);
    return c.json(model);
  });

  app.post("/v1/messages/count_tokens", async (c) => {
    const request = parseCountRequest(await readBody(c.req.raw, limits.bodyBytes, c.env.incoming));
    return c.json({ input_tokens: await count(request) });
  });

  app.post("/v1/messages", async (c) => {
    const body = await readBody(c.req.raw, limits.bodyBytes, c.env.incoming);
    const request = { ...parseRequest(body), agent: c.req.header(agentHeader)?.slice(0, 100) };
    const requestId = c.get("requestId");
    const work = linkAbort(c.req.raw.signal, closing.signal);
    const start = messageStart(`msg_${newId()}`, request.model);
    const side = sideRequest(request);
    const events = side === undefined ? answerTurn(request, context, work.signal) : answerSide(side);
    if (request.stream === true) return streamResponse({ start, events, requestId, limits, work, outgoing: c.env.outgoing });
    const sent: StreamEvent[] = [start];
    try {
      for await (const event of events) sent.push(event);
    } finally {
      work.release();
    }
    return c.json(assembleMessage(sent), 200, { "request-id": requestId });

    async function* answerSide(asked: NonNullable<typeof side>): AsyncGenerator<StreamEvent> {
      if (asked.kind === "said") yield* saidEvents(asked.text, "end_turn");
      else yield* saidEvents("OK", "max_tokens", await count(request));
    }
  });

  app.notFound((c) =>
    failure(new CloisterError("not-found", `There is no ${c.req.method} ${c.req.path.slice(0, 200)} here.`), c.get("requestId")),
  );
  app.onError((thrown, c) => failure(asCloisterError(thrown), c.get("requestId")));

  return {
    fetch: async (request, node) => app.fetch(request, node ?? {}),
    async close() {
      closing.abort();
      await lanes.idle();
    },
  };
}

function failure(error: CloisterError, requestId: string): Response {
  return Response.json(errorBody(error, requestId), { status: httpStatus(error.code), headers: { "request-id": requestId } });
}
