import type { Turn } from "../src/messages/conversation.ts";

/** What a small model is asked for when its outputs are recorded: beginnings of the work, and turns in the middle of it. */
export interface OutputTask {
  readonly id: string;
  readonly turns: readonly Turn[];
}

const asks: Readonly<Record<string, string>> = {
  pods: "List the pods in the namespace shop with kubectl.",
  describe: "The pod web-7d4b9 in the namespace shop restarts again and again. Look at it with kubectl describe.",
  logs: "Show the last 50 log lines of the deployment checkout in the namespace shop.",
  events: "Get the events of the namespace payments, the newest last.",
  read: "Read the file /work/deploy/web.yaml.",
  "read-part": "Read lines 20 to 40 of /work/src/server.ts.",
  edit: "In /work/deploy/web.yaml replace the line `memory: 64Mi` by `memory: 256Mi`.",
  "edit-lines": "In /work/deploy/service.yaml the selector is\n  selector:\n    app: web-frontend\nMake it\n  selector:\n    app: web",
  "edit-code": 'In /work/src/greet.py replace\n    return "hi"\nby\n    return "hello, " + name',
  branch: "Make a git branch named fix-memory in /work and switch to it.",
  commit: 'Commit all changes in /work with the message "Raise the memory limit" and push the branch.',
  pr: 'Open a pull request with gh: title "Raise memory limit of web", body "web was killed for lack of memory."',
  grep: "Find every file below /work that holds the word `image:`.",
  quote: "Print the names and the restart counts of all pods in shop with kubectl and jsonpath.",
  awk: "Print the second column of /work/data.csv with awk.",
  heredoc: "Write a file /work/notes.txt with two lines: `memory was too small` and `limit is now 256Mi`.",
  search: "Where in /work is the function parsePrice defined? Use the tools to find out.",
  test: "Run the tests of the project in /work and tell me what fails.",
  several: "Check the pods of the namespace shop, then read /work/deploy/web.yaml.",
  incident:
    "The shop is down: pods of the deployment web are in CrashLoopBackOff. Find the cause and mend it. The manifests are in /work/deploy.",
  sed: "Change port 8080 to 9090 in /work/deploy/web.yaml.",
  disk: "How much disk space is free?",
};

const called = (id: string, name: string, input: Readonly<Record<string, string>>): Turn => ({
  role: "assistant",
  text: "",
  calls: [{ id, name, input }],
});
const result = (callId: string, text: string, failed = false): Turn => ({ role: "tool", callId, text, failed });
const ask = (text: string): Turn => ({ role: "user", text });

const oom = `State: Waiting, Reason: CrashLoopBackOff
Last State: Terminated, Reason: OOMKilled, Exit Code: 137
Limits: memory: 64Mi`;

const later: readonly OutputTask[] = [
  {
    id: "after-pods",
    turns: [
      ask("The shop is down. Find the cause and mend it. The manifests are in /work/deploy."),
      called("1", "Bash", { command: "kubectl get pods -n shop" }),
      result(
        "1",
        "NAME        READY   STATUS             RESTARTS\nweb-7d4b9   0/1     CrashLoopBackOff   12\ndb-0        1/1     Running            0",
      ),
    ],
  },
  {
    id: "after-describe",
    turns: [
      ask("The shop is down. Find the cause and mend it. The manifests are in /work/deploy."),
      called("1", "Bash", { command: "kubectl describe pod web-7d4b9 -n shop" }),
      result("1", `${oom}\n\n[cloister] The cause is in the evidence. Next: read the manifest /work/deploy/web.yaml.`),
    ],
  },
  {
    id: "after-read",
    turns: [
      ask("web is killed for lack of memory. Raise its limit to 256Mi in /work/deploy/web.yaml."),
      called("1", "Read", { file_path: "/work/deploy/web.yaml" }),
      result("1", "     1\tkind: Deployment\n     2\tspec:\n     3\t  resources:\n     4\t    limits:\n     5\t      memory: 64Mi"),
    ],
  },
  {
    id: "after-edit",
    turns: [
      ask("Raise the memory limit in /work/deploy/web.yaml to 256Mi, commit it and push."),
      called("1", "Edit", { file_path: "/work/deploy/web.yaml", old_string: "memory: 64Mi", new_string: "memory: 256Mi" }),
      result("1", "The file /work/deploy/web.yaml has been updated."),
    ],
  },
  {
    id: "after-failure",
    turns: [
      ask("Show the log of the deployment checkout in the namespace shop."),
      called("1", "Bash", { command: "kubectl logs checkout -n shop" }),
      result("1", 'Exit code 1\nError from server (NotFound): pods "checkout" not found', true),
    ],
  },
  {
    id: "after-words",
    turns: [
      ask("What is a pod?"),
      { role: "assistant", text: "A pod is the smallest unit that Kubernetes runs.", calls: [] },
      ask("Good. Now show me those of the namespace shop."),
    ],
  },
];

/** Deep in a session, where the conversation itself shows the form: the smallest models call nothing before that. */
function deep(id: string, task: string, ...steps: readonly (readonly [command: string, out: string])[]): OutputTask {
  const done = steps.flatMap(([command, out], n) => [called(`${n}`, "Bash", { command }), result(`${n}`, out)]);
  return { id: `deep-${id}`, turns: [ask(task), ...done] };
}

const pods = "NAME        READY   STATUS             RESTARTS\nweb-7d4b9   0/1     CrashLoopBackOff   12";

const deepTasks: readonly OutputTask[] = [
  deep(
    "pods",
    "Why does the shop not answer?",
    ["kubectl get ns", "default\nshop"],
    ["kubectl get pods -n shop", pods],
    ["kubectl describe pod web-7d4b9 -n shop", oom],
  ),
  deep(
    "logs",
    "Look at the logs of all pods of shop.",
    ["kubectl get pods -n shop", "web-1\nweb-2\ndb-0"],
    ["kubectl logs web-1 -n shop", "listening on 8080"],
    ["kubectl logs web-2 -n shop", "listening on 8080"],
  ),
  deep(
    "files",
    "Read all files of /work/deploy.",
    ["ls /work/deploy", "a.yaml\nb.yaml\nc.yaml"],
    ["cat /work/deploy/a.yaml", "kind: Service"],
    ["cat /work/deploy/b.yaml", "kind: Deployment"],
  ),
  deep(
    "git",
    "Commit the change in /work and push it.",
    ["cd /work && git status", "modified: deploy/web.yaml"],
    ["cd /work && git checkout -b fix", "Switched to a new branch 'fix'"],
    ["cd /work && git add -A", ""],
  ),
  deep(
    "sed",
    "Set the memory limit to 256Mi in every file of /work/deploy.",
    ["grep -l 64Mi /work/deploy/*", "a.yaml\nb.yaml"],
    ["sed -i 's/64Mi/256Mi/' /work/deploy/a.yaml", ""],
  ),
  deep(
    "numbers",
    "Count the lines of each file below /work.",
    ["ls /work", "one.txt\ntwo.txt\nthree.txt"],
    ["wc -l /work/one.txt", "12 /work/one.txt"],
    ["wc -l /work/two.txt", "7 /work/two.txt"],
  ),
];

export const outputTasks: readonly OutputTask[] = [
  ...Object.entries(asks).map(([id, text]) => ({ id, turns: [ask(text)] })),
  ...later,
  ...deepTasks,
];
