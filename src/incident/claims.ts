/** A sentence of a text that the record does not bear out. */
export interface StruckSentence {
  readonly sentence: string;
  /** What the record says in its place. */
  readonly why: string;
}

export interface HeldText {
  /** The text with such sentences struck out (`~~…~~`). */
  readonly text: string;
  readonly struck: readonly StruckSentence[];
}

/** Something that a text may say was done, how to know it, and which commands show that it was. */
interface Claim {
  readonly says: readonly RegExp[];
  /** A sentence that is about something else. */
  readonly unless?: RegExp;
  /** Did these commands, which ended well, do it? */
  readonly shown: (commands: readonly string[]) => boolean;
  readonly why: string;
}

/** Whose state is told. */
const thing =
  "(?:pods?|containers?|services?|deployments?|applications?|apps?|systems?|workloads?|replicas?|checkouts?|endpoints?|clusters?|jobs?|everything|all|it|they)";
const done = "(?:has|have|had|was|were|been|is|are|got|be)";
const change = "(?:fix|change|patch|manifest|update|configuration|solution|edit|correction)";

const restart = /\bkubectl\b[^|;&]*\brollout (?:restart|undo)\b|\bkubectl\b[^|;&]*\bdelete pods?\b/;
const apply = /\bkubectl\b[^|;&]*\b(?:apply|replace|patch|set|edit|scale|create)\b|\bhelm (?:upgrade|install)\b/;
const testRun =
  /\b(?:npm (?:run )?t(?:est)?|node (?:\S+ )*--test|node \S*test\S*|yarn (?:run )?test|pnpm (?:run )?test|pytest|python3? -m (?:pytest|unittest)|go test|make (?:test|check)|vitest|jest|mocha|cargo test)\b/;
const check = /(?:^|[;&|]\s*)(?:cloister )?check\b/;

const any = (commands: readonly string[], pattern: RegExp): boolean => commands.some((command) => pattern.test(command));

const claims: readonly Claim[] = [
  {
    says: [
      /\b(?:I|we)(?:'ve| have| then| also| successfully)*\s+(?:restarted|redeployed|rolled out)\b/i,
      new RegExp(`\\b(?:has|have|had|was|were)\\s+(?:been\\s+|then\\s+|successfully\\s+)*(?:restarted|redeployed|rolled out)\\b`, "i"),
      /\b(?:restarted|redeployed|rolled out) the (?:pods?|deployment|service|containers?)\b/i,
      /\b(?:performed|did|executed|triggered|initiated|completed|issued) (?:a |an |the )?(?:\w+ )?(?:restart|redeploy(?:ment)?|rollout)\b/i,
    ],
    // What the kubelet did, and what went before, is part of the story.
    unless:
      /\btimes\b|\bby (?:the )?(?:kubelet|kubernetes|its)\b|\bbecause\b|\brepeatedly\b|\b(?:this|yesterday'?s?) (?:morning|evening|release)\b|\bago\b|\bOOM|\bsince\b/i,
    shown: (commands) => any(commands, restart) || any(commands, apply),
    why: "nothing was restarted or rolled out in this session",
  },
  {
    says: [
      /\b(?:I|we)(?:'ve| have| then| also| successfully)*\s+(?:applied|deployed)\b/i,
      new RegExp(
        `\\b${change}\\b[^.]{0,60}\\b${done}\\s+(?:been\\s+|now\\s+|then\\s+|successfully\\s+)*(?:applied|deployed|live|in production)\\b`,
        "i",
      ),
      /\b(?:applied|deployed) (?:the|this) (?:fix|change|patch|manifest|update|new)\b/i,
    ],
    shown: (commands) => any(commands, apply),
    why: "nothing was applied or deployed in this session",
  },
  {
    says: [
      /\b(?:unit |integration |all |the |existing |its )*tests?\b[^.]{0,40}\b(?:pass|passes|passed|passing|succeed|succeeds|succeeded|green)\b/i,
      /\b(?:ran|run|executed) (?:all |the |unit |its )*tests?\b/i,
      /\btests?\b[^.]{0,20}\b(?:ran|were run|(?:were )?executed|completed)\b[^.]{0,20}\bsuccessfully\b/i,
      new RegExp(`\\b${change}\\b[^.]{0,40}\\b${done}\\s+(?:been\\s+)?tested\\b`, "i"),
      /\b(?:I|we)(?:'ve| have)?\s+tested\b|^\W*tested\b/i,
    ],
    shown: (commands) => any(commands, testRun),
    why: "no test was run in this session",
  },
  {
    says: [
      new RegExp(
        `\\b(?:verified|validated|confirmed|ensured)\\b[^.]{0,80}\\b(?:${change}|fixed|works?|working|resolved|healthy|running|now|correct|successful\\w*)\\b`,
        "i",
      ),
      new RegExp(`\\b(?:${change}|it|this)\\b[^.]{0,40}\\b${done}\\s+(?:been\\s+|now\\s+)*(?:verified|validated|confirmed)\\b`, "i"),
      /^\W*(?:verified|validated)\b/i,
    ],
    shown: (commands) => any(commands, check) || any(commands, testRun),
    why: "no check and no test that ended well is in the record",
  },
  {
    says: [
      new RegExp(`\\b${thing}\\b[^.]{0,60}\\b(?:is|are)\\s+(?:now|again|back|all)\\b`, "i"),
      new RegExp(`\\b(?:now|again|successfully)\\b[^.]{0,30}\\b(?:running|healthy|ready|available|working|stable|up)\\b`, "i"),
      new RegExp(`\\b${thing}\\b[^.]{0,60}\\b(?:running|healthy|ready|available|working|stable)\\s+(?:now|again|successfully)\\b`, "i"),
      /\b(?:issue|problem|incident|outage|fault|error|bug)s?\b[^.]{0,30}\b(?:has been|have been|is|are|was|were) (?:now |successfully )*(?:fixed|resolved|solved|gone)\b/i,
      /\bno longer (?:crash|crashes|crashing|fails?|failing|restarts?|restarting|killed|OOM\w*)\b/i,
    ],
    shown: (commands) => {
      const applied = commands.findIndex((command) => apply.test(command) || restart.test(command));
      return (
        applied >= 0 && commands.slice(applied).some((command) => /\bkubectl\b[^|;&]*\b(?:get|describe|rollout status)\b/.test(command))
      );
    },
    why: "the change was not deployed in this session, so nobody has seen this",
  },
  {
    says: [/\b(?:has been|have been|was|were|is|are) (?:now |already )?merged\b|\b(?:I|we)(?:'ve| have)? merged\b/i],
    shown: () => false,
    why: "nothing was merged: a person does that",
  },
];

/** What may come, should come or did not happen is no claim that it did. */
const notYet =
  /\b(?:will|would|should|shall|could|can|may|might|must|once|when|if|until|unless|before|after (?:this|it|the (?:pull request|change|merge)) is|please|need|needs|to be|not|never|no test|without|todo|expected?|so that|in order to|previous(?:ly)?|earlier|used to)\b|n't\b/i;

/**
 * Holds a text against the commands that ended well: a sentence that says something was restarted, deployed, tested, verified or is well now, where no such
 * command is in the record, is struck out. Code (fences and spans) is left alone. Pure.
 */
export function holdAgainstRecord(text: string, commands: readonly string[]): HeldText {
  const struck: StruckSentence[] = [];
  let fenced = false;
  const lines = text.split("\n").map((line) => {
    if (/^\s*(?:```|~~~)/.test(line)) fenced = !fenced;
    else if (!fenced) return strikeLine(line, commands, struck);
    return line;
  });
  return { text: lines.join("\n"), struck };
}

function strikeLine(line: string, commands: readonly string[], struck: StruckSentence[]): string {
  const [, lead = "", rest = ""] = /^(\s*(?:[-*+]\s+|\d+[.)]\s+|#{1,6}\s+|>\s*)*(?:\[[ xX]\]\s+)?)([^]*)$/.exec(line) ?? [];
  return (
    lead +
    sentences(rest)
      .map((sentence) => strikeSentence(sentence, commands, struck))
      .join("")
  );
}

/** A line cut after each full stop, question or exclamation mark that a space follows; the spaces stay at the ends. */
function sentences(line: string): readonly string[] {
  return line.match(/[^]+?(?:[.!?]["')*_]*(?=\s|$)\s*|$)/g) ?? [];
}

function strikeSentence(sentence: string, commands: readonly string[], struck: StruckSentence[]): string {
  const plain = sentence.replaceAll(/`[^`]*`/g, " ").trim();
  const why = plain
    .split(/[;,:]\s|\s(?:and|but|so)\s|\s[–—-]\s/)
    .flatMap((clause) => [clause, plain])
    .map((part) => contradiction(part, commands))
    .find((one) => one !== undefined);
  if (why === undefined) return sentence;
  const words = sentence.trim();
  struck.push({ sentence: words.slice(0, 300), why });
  return sentence.replace(words, () => `~~${words.replaceAll("~~", "")}~~`);
}

/** Why a sentence, or a clause of one, cannot stand; `undefined` where it can. */
function contradiction(part: string, commands: readonly string[]): string | undefined {
  if (notYet.test(part)) return undefined;
  return claims.find(
    ({ says, unless, shown }) => says.some((pattern) => pattern.test(part)) && unless?.test(part) !== true && !shown(commands),
  )?.why;
}
