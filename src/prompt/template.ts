import { CloisterError } from "../error.ts";
import { chatmlTemplate } from "./chatml.ts";
import { loadJinjaTemplate } from "./jinja.ts";
import type { Prompt } from "./prompt.ts";
import { findDefects, writesEmptyThought } from "./soundness.ts";

export interface Segment {
  readonly text: string;
  /**
   * True: may hold control tokens, to be tokenized with special tokens on. False: somebody's words (user, tool output, system
   * text), which must not become control tokens whatever they say.
   */
  readonly special: boolean;
  /** An earlier answer of the model, as the model would have written it, without the closing token: its exact tokens may be known. */
  readonly assistant?: boolean;
}

export interface PromptTemplate {
  /** Whose template it is, and why: "the model's own", "ours, in ChatML: the model's own does not list the tools". */
  readonly description: string;
  /**
   * The prompt up to the point where the model goes on. A pure function of system text, tools and turns: the same conversation
   * gives the same bytes, and a longer one begins with the shorter one's bytes and the answer that was given.
   */
  render(prompt: Prompt): readonly Segment[];
  /** Texts at which an answer ends, beside the tokens that the model's file names. */
  readonly stop: readonly string[];
}

export interface TemplateSource {
  /** `tokenizer.chat_template` of the model's file. */
  readonly chatTemplate: string | undefined;
  readonly bosToken: string | undefined;
  readonly eosToken: string | undefined;
  /** For messages. */
  readonly modelName: string;
}

/**
 * The model's own template where a probe finds it sound, ours where it is broken and the model speaks ChatML.
 *
 * @throws CloisterError `damaged` where neither can be used
 */
export function chooseTemplate(source: TemplateSource): PromptTemplate {
  const { chatTemplate, eosToken } = source;
  const own = chatTemplate === undefined ? { defect: "is missing" } : loadJinjaTemplate(source, chatTemplate);
  const defects = "defect" in own ? [own.defect] : findDefects(own);
  if (!("defect" in own) && defects.length === 0) return { description: "the model's own", render: own.render, stop: own.stop };

  const why = `the model's own ${defects[0]}`;
  if (!speaksChatml(source))
    throw new CloisterError(
      "damaged",
      `The chat template of ${source.modelName} cannot be used (${why}), and the model does not speak ChatML.`,
      {
        hint: "Choose a model of the ChatML family (Qwen, SmolLM, Hermes), or a file of this model with a repaired template.",
      },
    );
  const emptyThought = !("defect" in own) && writesEmptyThought(own);
  return chatmlTemplate({ description: `ours, in ChatML: ${why}`, eosToken, emptyThought });
}

function speaksChatml(source: TemplateSource): boolean {
  if (source.eosToken === "<|im_end|>") return true;
  return source.chatTemplate?.includes("<|im_start|>") === true && source.chatTemplate.includes("<|im_end|>");
}
