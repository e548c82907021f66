import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { CloisterError } from "../error.ts";

/**
 * A runbook as an SRE writes it (`runbooks/kubernetes-incident.yaml`; `docs/runbooks.md` teaches it): steps with what to do and
 * when each is done, budgets, what may end the work, and forms: commands with slots that narrow what a small model can say.
 */
export type Runbook = z.infer<typeof runbookSchema>;
export type Step = Runbook["steps"][number];
export type Condition = z.infer<typeof conditionSchema>;
export type FormSource = z.infer<typeof formSchema>;
export type EditSource = Extract<FormSource, { readonly edit: "value" }>;
export type SlotSource = z.infer<typeof slotSchema>;

/** How much of the runbook a model gets. `free`: nothing. `steps`: notes, budgets, held ends. `forms`: that and the step's forms. */
export type GuidanceLevel = "free" | "steps" | "forms";

const pattern = z
  .string()
  .max(500)
  .transform((source, context) => {
    try {
      return new RegExp(source, "m");
    } catch (thrown) {
      context.addIssue({
        code: "custom",
        message: `not a regular expression: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      });
      return z.NEVER;
    }
  });

const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "a name: lower-case letters, digits and hyphens, 40 at most");

/** A call that succeeded, or failed where `failed` says so: `tool` (Bash where absent), what it ran or touched, what it printed. */
const conditionSchema = z.strictObject({
  tool: z.string().max(64).default("Bash"),
  matches: pattern.optional(),
  output: pattern.optional(),
  failed: z.boolean().default(false),
  /** So many different calls have to meet it. */
  times: z.int().min(1).max(10).default(1),
});

const doneSchema = z
  .strictObject({ all: z.array(conditionSchema).min(1).optional(), any: z.array(conditionSchema).min(1).optional() })
  .refine((done) => done.all !== undefined || done.any !== undefined, "needs `all` or `any`");

const stepSchema = z.strictObject({
  id: name,
  title: z.string().min(1).max(80),
  do: z.string().min(1).max(300),
  /** The step is for this sign alone: it is passed over unless a look has shown it. */
  when: pattern.optional(),
  /** Steps that a spent budget of looks ends. */
  looking: z.boolean().default(false),
  /** A line of thought before each call of the step in which there is something to choose. */
  thought: z.boolean().default(false),
  /** The signs seen so far are said again when the step begins. */
  recall: z.boolean().default(false),
  done: doneSchema,
  forms: z.array(name).min(1).max(20).optional(),
});

const formSchema = z.union([
  /**
   * `once`: not offered again after a call of this form has succeeded, whatever stood in its slots. `alone`: while there is a call of this form, the
   * step's other forms are not offered. `unnamed`: offered only where triage names no object.
   */
  z.strictObject({
    run: z.string().min(1).max(2000),
    once: z.boolean().default(false),
    alone: z.boolean().default(false),
    unnamed: z.boolean().default(false),
  }),
  z.strictObject({ tool: z.string().min(1).max(64), arguments: z.record(z.string(), z.string().max(2000)) }),
  /** `multiples`: what a quantity may become, times what it is; any number of the same kind where it is absent. */
  z.strictObject({
    edit: z.literal("value"),
    except: pattern.optional(),
    multiples: z.array(z.number().positive().max(64)).min(1).max(8).optional(),
  }),
  /** The body of a function of a source file that was read. */
  z.strictObject({ edit: z.literal("function") }),
]);

const slotSchema = z.union([
  /**
   * From what triage found before the session: `objects` it names (`deployment/web -n shop`), `pods` that ended badly, `files` that hold what has to be changed
   * (all manifests where that is not known), numbers of quick `fixes`.
   */
  z.strictObject({ triage: z.enum(["objects", "pods", "files", "fixes"]) }),
  z.strictObject({ fact: z.enum(["namespace", "workdir"]) }),
  z.strictObject({
    column: z.string().min(1).max(40),
    of: pattern,
    prefer: z.strictObject({ column: z.string().min(1).max(40), not: pattern }).optional(),
  }),
  z.strictObject({ line: pattern, of: pattern }),
  /** What the last command of a kind printed. */
  z.strictObject({ printed: pattern }),
  z.strictObject({ record: z.enum(["looks", "signs", "changes"]) }),
  z.strictObject({
    text: z
      .strictObject({
        min: z.int().min(1).max(1000),
        max: z.int().min(1).max(1000),
        characters: z.string().min(1).max(100).optional(),
        sentence: z.boolean().default(false),
        name: z.boolean().default(false),
      })
      .refine((text) => text.min <= text.max, "min is over max")
      .refine((text) => !(text.sentence && text.name), "a text is a sentence or a name"),
  }),
]);

/** Changes are proposed and judged until one passes: what was judged wrong is taken back and not proposed again. */
const searchSchema = z.strictObject({
  /** The step that the work goes back to when a change was taken back; the step that makes one. */
  from: name,
  change: name,
  /** Calls whose failure means that the change was wrong. */
  fails: z.array(conditionSchema).min(1).max(10),
  /** The form that takes a change back, and the commands that do. */
  form: name,
  "take-back": pattern,
  /** So many changes may be wrong before the work ends, honestly. */
  proposals: z.int().min(1).max(100),
});

const runbookSchema = z
  .strictObject({
    name,
    about: z.string().max(300),
    opening: z.string().max(2000).optional(),
    /**
     * What judges a change, in the session and at the forge's door. `manifests`: Cloister's check. `tests`: the repository's own, run by this form's
     * command: plain words, without slots, which no shell has to read.
     */
    judge: z.union([z.literal("manifests"), z.strictObject({ tests: name })]).default("manifests"),
    budget: z.strictObject({ calls: z.int().min(1).max(200), looks: z.int().min(1).max(200), look: pattern }),
    /** What in an output is worth saying out loud, and what it means. */
    signs: z
      .array(z.strictObject({ seen: pattern, means: z.string().min(1).max(200) }))
      .max(100)
      .default([]),
    steps: z.array(stepSchema).min(1).max(20),
    search: searchSchema.optional(),
    finish: z.strictObject({
      "pull-request": pattern,
      "no-fault": pattern.optional(),
      /** Where triage found nothing the work ends, with nothing changed, once this step is done. */
      "nothing-found": name.optional(),
      /**
       * What proves a change: a call that failed before any file but `tests` was changed and succeeds once the step `by` is done. Under `forms` the work ends there
       * without it; otherwise a note says so.
       */
      proof: z.strictObject({ of: conditionSchema, by: name, tests: pattern }).optional(),
    }),
    forms: z.record(name, formSchema).default({}),
    slots: z.record(name, slotSchema).default({}),
  })
  .superRefine((runbook, context) => {
    const seen = new Set<string>();
    for (const [index, step] of runbook.steps.entries()) {
      if (seen.has(step.id)) context.addIssue({ code: "custom", path: ["steps", index, "id"], message: `a second step named ${step.id}` });
      seen.add(step.id);
      for (const [place, form] of (step.forms ?? []).entries()) {
        if (!(form in runbook.forms))
          context.addIssue({ code: "custom", path: ["steps", index, "forms", place], message: `there is no form named ${form}` });
      }
    }
    const { search } = runbook;
    for (const key of ["from", "change"] as const)
      if (search !== undefined && !seen.has(search[key]))
        context.addIssue({ code: "custom", path: ["search", key], message: `there is no step named ${search[key]}` });
    if (search !== undefined && !(search.form in runbook.forms))
      context.addIssue({ code: "custom", path: ["search", "form"], message: `there is no form named ${search.form}` });
    const proved = runbook.finish.proof?.by;
    if (proved !== undefined && !seen.has(proved))
      context.addIssue({ code: "custom", path: ["finish", "proof", "by"], message: `there is no step named ${proved}` });
    const quiet = runbook.finish["nothing-found"];
    if (quiet !== undefined && !seen.has(quiet))
      context.addIssue({ code: "custom", path: ["finish", "nothing-found"], message: `there is no step named ${quiet}` });
    if (runbook.judge !== "manifests" && testCommand(runbook) === undefined)
      context.addIssue({
        code: "custom",
        path: ["judge", "tests"],
        message: "there is no form of this name that runs a command of plain words",
      });
    for (const [id, form] of Object.entries(runbook.forms)) {
      for (const text of formTexts(form)) {
        for (const slot of slotNames(text)) {
          if (!(slot in runbook.slots))
            context.addIssue({ code: "custom", path: ["forms", id], message: `there is no slot named ${slot}` });
        }
      }
    }
  });

interface Judged {
  readonly judge: "manifests" | { readonly tests: string };
  readonly forms: Readonly<Record<string, FormSource>>;
}

/** The words of the command that runs the repository's tests; `undefined` where no tests judge. */
export function testCommand({ judge, forms }: Judged): readonly string[] | undefined {
  const form = judge === "manifests" ? undefined : forms[judge.tests];
  const isPlain = form !== undefined && "run" in form && !/[{}|;&<>$`'"\\]/.test(form.run);
  return isPlain ? form.run.trim().split(/\s+/) : undefined;
}

export function formTexts(form: FormSource): readonly string[] {
  if ("run" in form) return [form.run];
  if ("tool" in form) return Object.values(form.arguments);
  return [];
}

const slotPattern = /\{([a-z][a-z0-9-]*)\}/g;

export function slotNames(text: string): readonly string[] {
  return [...text.matchAll(slotPattern)].map((match) => match[1] ?? "");
}

/** What a command made from a text with slots looks like, whatever stands in them. */
export function patternOf(text: string): RegExp {
  const parts = splitAtSlots(text).map((part, place) => (place % 2 === 0 ? escapePattern(part) : "[^]*"));
  return new RegExp(`^${parts.join("")}$`);
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** A text with slots, cut at them: even places are plain text, odd ones slot names. */
export function splitAtSlots(text: string): readonly string[] {
  return text.split(/\{([a-z][a-z0-9-]*)\}/);
}

/** Reads a runbook's text. Every fault is a CloisterError `damaged` that names the file, the line and what was expected. */
export function parseRunbook(text: string, file: string): Runbook {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fault = document.errors[0];
  if (fault !== undefined) {
    throw new CloisterError("damaged", `${file}:${lines.linePos(fault.pos[0]).line}: not YAML: ${fault.message.split("\n")[0]}`);
  }
  const parsed = runbookSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  let line = 1;
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
    if (node?.range?.[0] !== undefined) {
      line = lines.linePos(node.range[0]).line;
      break;
    }
  }
  throw new CloisterError("damaged", `${file}:${line}: ${path.join(".") || "the runbook"}: ${issue?.message ?? "not a runbook"}`, {
    hint: "docs/runbooks.md explains every key.",
  });
}
