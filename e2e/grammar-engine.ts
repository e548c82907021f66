import { getLlama, LlamaGrammarEvaluationState, type LlamaContextSequence, type Token } from "node-llama-cpp";

/**
 * The real engine, bare, as a process of its own for `grammar.test.ts`: one libuv thread (the parent sets it) and one compute thread, so
 * that a busy machine slows it down but does not stop it; a few sequences side by side. Answers are sampled hot, so that the grammar is
 * what holds them and not the model's habits. `after` is text that stands before the answer and is not sampled.
 */
export type Order =
  | {
      readonly kind: "say";
      readonly id: number;
      readonly gbnf: string;
      readonly after: string;
      readonly maxTokens: number;
      readonly seed: number;
    }
  /** Which of the texts the grammar takes whole. */
  | { readonly kind: "test"; readonly id: number; readonly gbnf: string; readonly texts: readonly string[] };

export type Reply =
  | { readonly kind: "ready" }
  | { readonly kind: "said"; readonly id: number; readonly text: string; readonly tokens: number; readonly ended: boolean }
  | { readonly kind: "tested"; readonly id: number; readonly taken: readonly boolean[] }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

const sideBySide = 3;

async function serve(modelPath: string): Promise<void> {
  const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" as never });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ sequences: sideBySide, contextSize: 768, batchSize: 256, threads: 1, flashAttention: true });

  async function say(sequence: LlamaContextSequence, order: Extract<Order, { kind: "say" }>): Promise<Reply> {
    const grammar = await llama.createGrammar({ grammar: order.gbnf });
    const state = new LlamaGrammarEvaluationState({ model, grammar });
    const prompt = model.tokenize(`<|im_start|>user\nCall a tool.<|im_end|>\n<|im_start|>assistant\n${order.after}`, true);
    // The last token is evaluated anew, for its logits.
    const same = prompt.slice(0, -1).findIndex((token, at) => sequence.contextTokens[at] !== token);
    const kept = same === -1 ? prompt.length - 1 : same;
    await sequence.eraseContextTokenRanges([{ start: kept, end: sequence.nextTokenIndex }]);
    const tokens: Token[] = [];
    let ended = true;
    const options = { grammarEvaluationState: state, temperature: 1.5, topK: 200, topP: 1, minP: 0, seed: order.seed };
    for await (const token of sequence.evaluate(prompt.slice(kept), options)) {
      tokens.push(token);
      if (tokens.length < order.maxTokens) continue;
      ended = false;
      break;
    }
    return { kind: "said", id: order.id, text: model.detokenize(tokens, true), tokens: tokens.length, ended };
  }

  /** The engine's own test of a whole text against a grammar; not in the binding's types. */
  async function test(order: Extract<Order, { kind: "test" }>): Promise<Reply> {
    const grammar = (await llama.createGrammar({ grammar: order.gbnf })) as unknown as { _testText(text: string): boolean };
    return { kind: "tested", id: order.id, taken: order.texts.map((text) => grammar._testText(text)) };
  }

  const waiting: Order[] = [];
  const free = Array.from({ length: sideBySide }, () => context.getSequence());
  function next(): void {
    const sequence = free.pop();
    const order = waiting.shift();
    if (sequence === undefined || order === undefined) {
      if (sequence) free.push(sequence);
      if (order) waiting.unshift(order);
      return;
    }
    const work = order.kind === "say" ? say(sequence, order) : test(order);
    void work
      .catch((error: unknown): Reply => ({ kind: "failed", id: order.id, message: String(error) }))
      .then((reply) => {
        free.push(sequence);
        process.send?.(reply);
        next();
      });
    next();
  }
  process.on("message", (order: Order) => {
    waiting.push(order);
    next();
  });
  process.send?.({ kind: "ready" } satisfies Reply);
}

await serve(process.argv[2] ?? "");
