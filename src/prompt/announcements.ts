/**
 * What client 2.1.330 announces in system messages within the conversation, and 2.1.84 at the end of its system prompt: where it runs,
 * today's date, tools that can be loaded, skills, agents. Paragraphs are known by their first words, as the two clients write them; any other
 * (a hook's output, a message of a background task) stays as it is.
 */

/** Changes from day to day, or speaks of what is never offered to the model. */
const noise: readonly RegExp[] = [
  /^Today's date is /,
  /^The date has changed\. /,
  /^You are powered by the model /,
  /^The following deferred tools are (now|no longer) available/,
  /^ToolSearch is no longer available/,
  /^The following skills are (now )?available for use with the Skill tool/,
];

/** A system message's text without noise. */
export function stripAnnouncements(text: string): string {
  return keepParagraphs(text, (paragraph) => !noise.some((words) => words.test(paragraph)));
}

/** Whom the Agent tool may ask: of use only where that tool is offered. */
export function stripAgentTypes(text: string): string {
  return keepParagraphs(
    text,
    (paragraph) => !/^(Available agent types for the Agent tool|When you launch multiple agents)/.test(paragraph),
  );
}

const environment = /^# Environment\nYou have been invoked in the following environment:/;

/** The text without the client's account of the machine. */
export function stripEnvironment(text: string): string {
  return keepParagraphs(text, (paragraph) => !environment.test(paragraph));
}

/** The folder in which the client runs, where the text says it. */
export function findWorkingFolder(text: string): string | undefined {
  return /^ *(?:- Primary w|W)orking (?:directory|folder): (\S.*)$/m.exec(text)?.[1]?.trim();
}

/** Client 2.1.84 ends its system prompt with a snapshot of git's status: another one in each process. */
export function stripGitStatus(system: string): string {
  const at = system.search(/(^|\n)gitStatus: This is the git status at the start of the conversation/);
  return at < 0 ? system : system.slice(0, at);
}

/** Paragraphs are parted by an empty line; a list stands and falls with the line that announces it. */
function keepParagraphs(text: string, isKept: (paragraph: string) => boolean): string {
  const kept: string[] = [];
  let before = true;
  let announced = false;
  for (const paragraph of text.split(/\n{2,}/)) {
    const continues: boolean = announced && paragraph.startsWith("- ");
    before = continues ? before : isKept(paragraph);
    announced = continues || paragraph.trimEnd().endsWith(":");
    if (before) kept.push(paragraph);
  }
  return kept.join("\n\n");
}
