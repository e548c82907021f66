import { z } from "zod";

/** What is read of Ollama's native API (`/api/…`), and no more: members that are not named here pass unread. Durations are in nanoseconds. */

export const versionSchema = z.object({ version: z.string().max(100) });

export const tagsSchema = z.object({ models: z.array(z.object({ name: z.string() })).max(10_000) });

const detailsSchema = z.object({
  /** `gguf`, `safetensors`. */
  format: z.string().default(""),
  family: z.string().default(""),
  parameter_size: z.string().default(""),
  quantization_level: z.string().default(""),
});

export const showSchema = z.object({
  modelfile: z.string().default(""),
  /** Go's template language; `{{ .Prompt }}` where the model came without one. */
  template: z.string().default(""),
  capabilities: z.array(z.string()).default([]),
  details: detailsSchema.prefault({}),
  /** The file's own key-value pairs; asked for with `verbose` also the vocabulary. Never the file's chat template: Ollama leaves it out. */
  model_info: z.record(z.string(), z.unknown()).nullish(),
});
export type Show = z.infer<typeof showSchema>;

export const psSchema = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      details: detailsSchema.prefault({}),
      context_length: z.number().int().nonnegative().optional(),
    }),
  ),
});

const count = z.number().int().nonnegative().optional();
const nanoseconds = z.number().nonnegative().optional();

const figures = {
  done: z.boolean().default(false),
  done_reason: z.string().optional(),
  /** Set in place of everything else where the server failed in the middle of an answer. */
  error: z.string().optional(),
  load_duration: nanoseconds,
  /** All of the prompt's tokens, those from the cache too. */
  prompt_eval_count: count,
  /** Covers only the tokens that were not in the cache. */
  prompt_eval_duration: nanoseconds,
  eval_count: count,
  eval_duration: nanoseconds,
};

export const generateLineSchema = z.object({ ...figures, response: z.string().default("") });
export type GenerateLine = z.infer<typeof generateLineSchema>;

export const chatLineSchema = z.object({
  ...figures,
  message: z
    .object({
      content: z.string().default(""),
      thinking: z.string().default(""),
      tool_calls: z
        .array(z.object({ function: z.object({ name: z.string(), arguments: z.unknown() }) }))
        .nullish()
        .transform((calls) => calls ?? []),
    })
    .prefault({}),
});
export type ChatLine = z.infer<typeof chatLineSchema>;

/** What the server would have rendered, asked for with `_debug_render_only`. */
export const renderedSchema = z.object({ _debug_info: z.object({ rendered_template: z.string() }).optional() });
