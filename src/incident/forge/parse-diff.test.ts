import assert from "node:assert/strict";
import { test } from "node:test";

import { parseDiff } from "./parse-diff.ts";

const diff = `diff --git a/a.yaml b/a.yaml
index 472b55a..292f690 100644
--- a/a.yaml
+++ b/a.yaml
@@ -1,3 +1,3 @@ spec:
 one
--- two
+++ TWO
 three
@@ -10 +10,2 @@
-ten
\\ No newline at end of file
+ten
+eleven
diff --git a/new file.md b/new file.md
new file mode 100644
index 0000000..1111111
--- /dev/null
+++ b/new file.md\t
@@ -0,0 +1 @@
+diff --git a/x b/x
diff --git a/old b/old
deleted file mode 100644
index 1111111..0000000
diff --git a/logo.bin b/logo.bin
index 1111111..2222222 100644
Binary files a/logo.bin and b/logo.bin differ
diff --git "a/tab\\there" "b/tab\\there"
old mode 100644
new mode 100755
`;

test("files, hunks and line numbers", () => {
  const files = parseDiff(diff);
  assert.deepEqual(
    files.map(({ path, change, binary, additions, deletions }) => [path, change, binary, additions, deletions]),
    [
      ["a.yaml", "modified", false, 3, 2],
      ["new file.md", "added", false, 1, 0],
      ["old", "removed", false, 0, 0],
      ["logo.bin", "modified", true, 0, 0],
      ['"tab\\there"', "modified", false, 0, 0],
    ],
  );
  assert.deepEqual(files[0]?.hunks[0], {
    header: "@@ -1,3 +1,3 @@ spec:",
    lines: [
      { kind: "context", before: 1, after: 1, text: "one" },
      { kind: "removed", before: 2, text: "-- two" },
      { kind: "added", after: 2, text: "++ TWO" },
      { kind: "context", before: 3, after: 3, text: "three" },
    ],
  });
  assert.deepEqual(files[0]?.hunks[1]?.lines, [
    { kind: "removed", before: 10, text: "ten" },
    { kind: "remark", text: "No newline at end of file" },
    { kind: "added", after: 10, text: "ten" },
    { kind: "added", after: 11, text: "eleven" },
  ]);
});

test("a line of a file that looks like the frame of a diff stays a line", () => {
  assert.deepEqual(parseDiff(diff)[1]?.hunks[0]?.lines, [{ kind: "added", after: 1, text: "diff --git a/x b/x" }]);
});

test("nothing, and a diff that was cut", () => {
  assert.deepEqual(parseDiff(""), []);
  assert.equal(parseDiff(diff.slice(0, 150))[0]?.path, "a.yaml");
});
