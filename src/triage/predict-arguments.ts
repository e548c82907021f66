import type { Finding } from "./finding.ts";
import { listAt } from "./kube-object.ts";
import { namesWord } from "./meant.ts";
import { nearMisses } from "./near.ts";
import { quote } from "./quote.ts";
import type { Container } from "./workloads.ts";

/**
 * Would a changed command line start? The word that the program does not know has to go; its value stays with another option, the words that were no
 * trouble stay too, and an option that takes its place is one that the repository's own text names.
 */
export function argumentStays(before: Container, now: Container, finding: Finding, repositoryText: string): string | undefined {
  const [old, words] = [wordsOf(before), wordsOf(now)];
  const written = ["command", "args"].map((member) => now.json[member]).filter((one) => one !== undefined);
  if (written.some((one) => !Array.isArray(one) || one.some((word) => typeof word !== "string")))
    return "the command line is no list of words";
  if (JSON.stringify([old, memberOf(before)]) === JSON.stringify([words, memberOf(now)])) return "the command line is the same";
  const bad = finding.fault === "argument-unknown" ? finding.value : /no program "([^"]+)"/.exec(finding.says)?.[1];
  if (bad === undefined) return "what is wrong with its command line is not known";
  if (words.includes(bad)) return `it is still started with ${quote(bad, 60)}`;
  if (finding.fault !== "argument-unknown") return programStays(old, words, bad, repositoryText);
  const next = old[old.indexOf(bad) + 1];
  const inside = bad.includes("=");
  const separate = !inside && bad.startsWith("-") && next !== undefined && !next.startsWith("-") ? next : undefined;
  const value = inside ? bad.slice(bad.indexOf("=") + 1) : separate;
  const gone = old.find((word) => word !== bad && word !== separate && !words.includes(word));
  if (gone !== undefined) return `the command line loses ${quote(gone, 60)} too, which was no trouble`;
  if (value !== undefined && value !== "" && !words.some((word) => word === value || word.endsWith(`=${value}`)))
    return `no option is given ${quote(value, 60)} any more, the value of ${quote(bad, 60)}`;
  const spare = [...old];
  const extra = words.filter((word) => {
    const at = spare.indexOf(word);
    if (at >= 0) spare.splice(at, 1);
    return at < 0;
  });
  if (!bad.startsWith("-") && !inside) return scriptStays(old, words, bad, repositoryText);
  const stray = extra.find((word) => !word.startsWith("-") && word !== value);
  if (stray !== undefined) return `the command line gets ${quote(stray, 60)}, which nothing asks for`;
  if (extra.filter((word) => word.startsWith("-")).length > 1) return "the command line gets more than one option in its place";
  const twice = extra.find((word) => word.startsWith("-") && old.some((one) => one !== bad && nameOf(one) === nameOf(word)));
  if (twice !== undefined) return `the command line has the option ${quote(nameOf(twice), 60)} already`;
  const known = (option: string): boolean => namesWord(repositoryText, nameOf(option));
  const fresh = words.filter((word) => word.startsWith("-") && !old.includes(word));
  // Where the text names none of the options that are there it is not the text of this program.
  const unknown = old.some((word) => word.startsWith("-") && known(word)) ? fresh.find((word) => !known(word)) : undefined;
  return unknown === undefined ? undefined : `nothing in the repository names the option ${quote(nameOf(unknown), 60)}`;
}

/** A file or a word in the place of one that is not known: it alone changes, it comes near, and the repository's own text names it. */
function scriptStays(old: readonly string[], now: readonly string[], bad: string, repositoryText: string): string | undefined {
  const at = old.indexOf(bad);
  const word = now[at];
  if (word === undefined || old.length !== now.length || old.some((one, index) => index !== at && one !== now[index]))
    return `more of the command line changes than ${quote(bad, 60)}`;
  if (!namesWord(repositoryText, word)) return `nothing in the repository names ${quote(word, 60)}`;
  return nearMisses(bad, [word]).length > 0 ? undefined : `${quote(word, 60)} is something else than ${quote(bad, 60)}`;
}

/** Shells that are in nearly every image, and where programs are. */
const shells = /^(?:\/(?:usr\/)?bin\/)?(?:ba)?sh$/;
const folders = /^\/(?:usr\/(?:local\/)?)?s?bin\//;

/** Another program may start the same, by itself or in a shell: one that the repository's own text names, and with every word that the old one had. */
function programStays(old: readonly string[], now: readonly string[], bad: string, repositoryText: string): string | undefined {
  const [shell = "", option, line, ...more] = now;
  const inShell = shells.test(shell) && option === "-c" && line !== undefined && more.length === 0;
  const [program = "", ...rest] = inShell ? line.replace(/^exec /, "").split(/\s+/) : now;
  const name = program.replace(folders, "");
  if (program === "" || name === bad.replace(folders, "")) return `it is still started with ${quote(program, 60)}`;
  const given = old.slice(old.indexOf(bad) + 1);
  if (JSON.stringify(rest) !== JSON.stringify(given))
    return `the program is given ${quote(rest.join(" "), 80)}, and the one that is not there was to run ${quote(given.join(" "), 80)}`;
  return /^[a-z]/i.test(name) && !name.includes("/") && namesWord(repositoryText, name)
    ? undefined
    : `nothing in the repository shows that the image has a program ${quote(program, 60)}`;
}

function wordsOf({ json }: Container): readonly string[] {
  return [...listAt(json, "command"), ...listAt(json, "args")].filter((word): word is string => typeof word === "string");
}

/** A word that moves from `args` to `command` takes the place of the image's own program. */
function memberOf({ json }: Container): number {
  return listAt(json, "command").length;
}

/** `--cache-entries=5` → `cache-entries` */
function nameOf(option: string): string {
  return option.replace(/^-+/, "").replace(/=.*$/s, "");
}
