import { account } from "./state.ts";
import type { PullRequestRecord } from "./pull-request-store.ts";

/**
 * GitHub's search words, as far as gh writes them (`repo:acme/payments is:pr state:open author:cloister memory`). What asks for something that
 * no pull request here has (a label, a review, an assignee) finds nothing.
 */
export function searchPullRequests(records: readonly PullRequestRecord[], query: string): PullRequestRecord[] {
  const words = query.match(/(?:[^\s"]+|"[^"]*")+/g)?.slice(0, 50) ?? [];
  const conditions = words.filter((word) => !/^(?:AND|OR|\(|\))$/.test(word)).map((word) => condition(word.replaceAll('"', "")));
  return records.filter((record) => conditions.every((holds) => holds(record)));
}

type Condition = (record: PullRequestRecord) => boolean;

function condition(word: string): Condition {
  const colon = word.indexOf(":");
  const key = colon > 0 ? word.slice(0, colon).toLowerCase() : "";
  const value = word.slice(colon + 1);
  switch (key) {
    case "repo":
      return (record) => `${record.owner}/${record.repository}` === value;
    case "author":
      return (record) => value === record.author || (value === "@me" && record.author === account.login);
    case "head":
      return (record) => record.head.ref === value;
    case "base":
      return (record) => record.base.ref === value;
    case "draft":
      return (record) => String(record.draft) === value;
    case "type":
      return () => value === "pr";
    case "state":
      return (record) => record.state === value;
    case "is":
      return (record) => value === "pr" || value === record.state;
    case "archived":
    case "sort":
      return () => true;
    case "":
      return (record) => `${record.title}\n${record.body}`.toLowerCase().includes(word.toLowerCase());
    default:
      return () => false;
  }
}
