import type { z } from "zod";
import type { Server, ServerRequest } from "../http/server.ts";
import { createRepeatCounter } from "./repeat-counter.ts";
import type { Meter } from "./meter.ts";
import type { ChatLine, GenerateLine } from "./wire.ts";

export type AnswerPart<Line> =
  | { readonly type: "line"; readonly line: Line }
  /** The last of them. */
  | { readonly type: "ended"; readonly reason: "stop" | "max-tokens" };

/**
 * One request's answer, line by line, metered. Ollama ends an answer without its last line when the model repeats itself: that is an answer that was cut,
 * not a failure.
 *
 * @throws CloisterError `engine-lost` for a stream that has no end, or that says that the server failed
 */
export async function* readAnswer<Line extends GenerateLine | ChatLine>(
  server: Server,
  request: ServerRequest,
  schema: z.ZodType<Line>,
  textOf: (line: Line) => string,
  meter: Meter,
): AsyncGenerator<AnswerPart<Line>, void> {
  const repeats = createRepeatCounter();
  let reported = false;
  meter.begin();
  try {
    for await (const raw of server.lines(request)) {
      const checked = schema.safeParse(raw);
      if (!checked.success) throw server.lost("sent a line that is no answer's", checked.error);
      const { data: line } = checked;
      if (line.error !== undefined) throw request.explain?.({ status: 500, message: line.error }) ?? server.failure(500, line.error);
      const text = textOf(line);
      if (text !== "") {
        meter.piece();
        repeats.push(text);
      }
      yield { type: "line", line };
      if (!line.done) continue;
      meter.report(line);
      reported = true;
      yield { type: "ended", reason: line.done_reason === "length" ? "max-tokens" : "stop" };
      return;
    }
    if (!repeats.cut()) throw server.lost("stopped in the middle of its answer");
    meter.unreported();
    reported = true;
    yield { type: "ended", reason: "max-tokens" };
  } finally {
    if (!reported) meter.unreported();
  }
}
