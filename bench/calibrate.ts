import { z } from "zod";
import type { CliContext } from "../src/cli/context.ts";
import type { Prompt } from "../src/prompt/prompt.ts";
import type { Rates } from "./estimate.ts";
import { openModel } from "./open-model.ts";

const rates = z.object({ prefill: z.number().positive(), decode: z.number().positive() });

/** A calibration from the disk; undefined for anything else. */
export function readRates(value: unknown): Rates | undefined {
  return rates.safeParse(value).data;
}

/** This machine's rates with this model and a short prompt, from one turn: good enough to say how long a bench will take. */
export async function calibrate(context: CliContext, model: string): Promise<Rates> {
  const { runtime } = await openModel(context, { model, window: 1024 }, context.signal);
  try {
    const text = Array.from({ length: 40 }, (_, n) => `Pod ${n * 7919} restarted after ${n % 60} seconds.`).join(" ");
    const prompt: Prompt = {
      system: "You write long stories.",
      tools: [],
      turns: [{ role: "user", text: `${text} Tell the story of these pods.` }],
      answer: { kind: "words" },
      maxTokens: 16,
      temperature: 0,
    };
    let measured: Rates = { prefill: 1, decode: 1 };
    for await (const event of runtime.run(prompt, { id: "calibration", kind: "side" }, context.signal)) {
      if (event.type !== "end") continue;
      const { promptTokens, outputTokens, prefillMs, decodeMs } = event.timing;
      measured = {
        prefill: (promptTokens / Math.max(1, prefillMs)) * 1000,
        decode: (Math.max(1, outputTokens) / Math.max(1, decodeMs)) * 1000,
      };
    }
    return measured;
  } finally {
    await runtime.close();
  }
}
