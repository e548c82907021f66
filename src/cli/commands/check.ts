import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { CloisterError } from "../../error.ts";
import { type CheckResult, checkChange } from "../../triage/check.ts";
import { unifiedDiff } from "../../triage/diff.ts";
import { type NumberedFix, openFixes } from "../../triage/fixes.ts";
import { fieldText, refText } from "../../triage/kube-object.ts";
import type { ManifestProblem } from "../../triage/manifests.ts";
import { triage } from "../../triage/triage.ts";
import { addClusterOptions, type ClusterOptions, openCluster } from "../cluster/cluster-options.ts";
import { findRepository, readTreeChange, type TreeChange } from "../cluster/working-tree.ts";
import type { CliContext } from "../context.ts";
import { checkCode, testLines } from "../code/check-code.ts";
import { boundedInteger } from "../option-values.ts";
import { diffLines } from "../show/report-view.ts";
import { chooseStyle, printable, type Style } from "../show/style.ts";

interface Options extends ClusterOptions {
  readonly base?: string;
  readonly manifests?: string;
  readonly json?: true;
  readonly tests?: string;
}

/** `cloister check`: would the change in the working tree mend what is wrong? */
export function checkCommand(context: CliContext): Command {
  return withTreeOptions(new Command("check"))
    .description("lay the manifests of the working tree over the cluster and ask triage again: what goes, what stays, what appears")
    .addHelpText(
      "after",
      `
Examples:
  cloister check -n shop
  cloister check -n shop --base HEAD~1 --manifests deploy --json

Exit status: 0 the change mends what is wrong and does no harm, 1 it does not, 2 wrong usage, 3 something is missing,
4 it could not be checked.`,
    )
    .option(
      "--tests <command>",
      "the cause is in code: run the repository's tests by this command, over the change and as they were before",
    )
    .action(async (options: Options) => {
      if (options.tests !== undefined) return showTests(context, options, options.tests);
      const { change, result } = await check(context, options);
      const problems = change.after.problems;
      const ok = result.ok && problems.length === 0;
      if (options.json === true) context.stdout.write(`${JSON.stringify({ ...result, ok, problems, base: change.base }, undefined, 2)}\n`);
      else
        for (const line of checkLines(result, problems, chooseStyle(context.stdout, context.env)))
          context.stdout.write(`${printable(line)}\n`);
      if (!ok) process.exitCode = 1;
    });
}

async function showTests(context: CliContext, options: Options, command: string): Promise<void> {
  const result = await checkCode(context, command, options.base);
  const style = chooseStyle(context.stdout, context.env);
  if (options.json === true) context.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  else for (const line of testLines(result, style)) context.stdout.write(`${printable(line)}\n`);
  if (!result.ok) process.exitCode = 1;
}

/** `cloister fix`: changes that have passed the check; with a number, makes one. */
export function fixCommand(context: CliContext): Command {
  return withTreeOptions(new Command("fix"))
    .description("changes of one value that would mend what is wrong, each checked; with a number, make one in the working tree")
    .argument("[number]", "which one to make", boundedInteger(1, 9))
    .addHelpText(
      "after",
      `
Examples:
  cloister fix -n shop
  cloister fix 1 -n shop

Exit status: 0 there is one, 1 there is none, 2 wrong usage, 3 something is missing,
4 it could not be found out.`,
    )
    .action(async (number: number | undefined, options: Options) => {
      const { root, change, cluster, namespaces } = await openTree(context, options);
      const findings = namespaces.flatMap((namespace) => triage(cluster.snapshot, namespace));
      const tree = { files: change.before.files, namespace: cluster.namespace, repositoryText: change.repositoryText };
      const open = openFixes(cluster.snapshot, namespaces, findings, tree, change.after.files);
      const style = chooseStyle(context.stdout, context.env);
      const diffOf = ({ now }: NumberedFix): string => unifiedDiff(now.path, change.after.files.get(now.path) ?? "", now.text);
      const showDiff = (fix: NumberedFix): void => {
        for (const line of diffLines(diffOf(fix), style)) context.stdout.write(`   ${line}\n`);
      };
      const describe = (fix: NumberedFix): object => ({ ...describeFix(fix), diff: diffOf(fix) });
      if (number === undefined) {
        if (options.json === true) context.stdout.write(`${JSON.stringify(open.map(describe), undefined, 2)}\n`);
        else if (open.length === 0) context.stdout.write("No change of one value is known that passes the check.\n");
        else
          for (const fix of open) {
            context.stdout.write(`${printable(`${fix.number}. ${fix.path}: ${fix.says} (${fix.why})`)}\n`);
            showDiff(fix);
          }
        if (open.length === 0) process.exitCode = 1;
        return;
      }
      const fix = open.find((one) => one.number === number);
      if (fix === undefined)
        throw new CloisterError(
          "usage",
          open.length === 0 ? "There is no quick fix." : `There is no quick fix ${number}, or it is made already.`,
          { hint: "cloister fix" },
        );
      await writeFile(join(root, fix.now.path), fix.now.text);
      if (options.json === true) context.stdout.write(`${JSON.stringify(describe(fix), undefined, 2)}\n`);
      else {
        context.stdout.write(`${printable(`Changed ${fix.path}: ${fix.says}`)}\n`);
        showDiff(fix);
      }
    });
}

function withTreeOptions(command: Command): Command {
  return addClusterOptions(command)
    .option("--base <commit>", "what the change is held against (default: where the branch left the default one)")
    .option("--manifests <folder>", "where the manifests are (default: deploy, manifests, k8s, … or all)")
    .option("--json", "as JSON")
    .exitOverride();
}

async function openTree(context: CliContext, options: Options) {
  const root = await findRepository(context.cwd, context.env, context.signal);
  const namespace = options.namespace ?? "default";
  const access = { root, manifests: options.manifests, namespace, env: context.env, signal: context.signal };
  const change = await readTreeChange(access, options.base);
  const named = [...change.before.objects, ...change.after.objects].flatMap((object) =>
    object.namespace === undefined || object.namespace === namespace ? [] : [object.namespace],
  );
  const cluster = await openCluster(context, options, [...new Set(named)]);
  const namespaces = [...new Set([cluster.namespace, ...named.filter((one) => one !== "default" || cluster.namespace === "default")])];
  return { root, change: inNamespace(change, namespace, cluster.namespace), cluster, namespaces };
}

async function check(context: CliContext, options: Options): Promise<{ change: TreeChange; result: CheckResult }> {
  const { change, cluster, namespaces } = await openTree(context, options);
  const { before, after, otherFiles, repositoryText } = change;
  const manifests = { before: before.objects, after: after.objects, otherFiles, repositoryText };
  return { change, result: checkChange(cluster.snapshot, namespaces, manifests) };
}

/** Objects that name no namespace belong to the cluster's present one, which is known only after it was asked. */
function inNamespace(change: TreeChange, from: string, to: string): TreeChange {
  const move = (side: TreeChange["before"]): TreeChange["before"] => ({
    ...side,
    objects: side.objects.map((object) => (object.namespace === from ? { ...object, namespace: to } : object)),
  });
  return from === to ? change : { ...change, before: move(change.before), after: move(change.after) };
}

function describeFix({ number, finding, says, why, path }: NumberedFix): object {
  return { number, fault: finding.fault, object: refText(finding.object), field: fieldText(finding.field), says, why, path };
}

/** The verdict in the words of a person, last line first to be read by a program: `check: passed` or `check: failed`. */
export function checkLines(result: CheckResult, problems: readonly ManifestProblem[], style: Style): readonly string[] {
  const lines = [
    ...problems.map(
      ({ path, line, says }) => `${style.red("✗ not readable:")} ${path}${line === undefined ? "" : `, line ${line}`}: ${says}`,
    ),
    ...result.gone.map(({ says }) => `${style.green("✓ goes:")} ${says}`),
    ...result.stays.map(
      ({ says, why, severity }) => `${severity === "symptom" ? style.dim("· stays:") : style.red("✗ stays:")} ${says} (${why})`,
    ),
    ...result.appears.map(({ says }) => `${style.red("✗ new:")} ${says}`),
    ...result.refused.map(({ says }) => `${style.red("✗ refused:")} ${says}`),
  ];
  if (result.changed.length === 0) lines.push(`${style.red("✗")} no manifest is changed`);
  const ok = result.ok && problems.length === 0;
  return [...lines, ok ? style.green("check: passed") : style.red("check: failed")];
}
