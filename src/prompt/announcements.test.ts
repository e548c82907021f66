import assert from "node:assert/strict";
import { test } from "node:test";
import { findWorkingFolder, stripAgentTypes, stripAnnouncements, stripEnvironment, stripGitStatus } from "./announcements.ts";

const environment = [
  "# Environment\nYou have been invoked in the following environment: ",
  " - Primary working directory: /work/my shop\n - Platform: linux",
].join("\n");
const agents = "Available agent types for the Agent tool:\n- claude: does all\n- Plan: plans";
const text = [
  environment,
  "You are powered by the model m.",
  "The following deferred tools are now available via ToolSearch:\nCronCreate",
  agents,
  "The following skills are available for use with the Skill tool:",
  "- loop: again and again\nand more of it\n- run: runs",
  "UserPromptSubmit hook success: the cluster is shop-prod",
  "- a point of the hook",
  "Today's date is 2026-11-23.",
].join("\n\n");

test("what changes by the day or cannot be called goes, with its list; what a hook says stays", () => {
  const kept = [environment, agents, "UserPromptSubmit hook success: the cluster is shop-prod", "- a point of the hook"].join("\n\n");
  assert.equal(stripAnnouncements(text), kept);
  assert.equal(stripEnvironment(stripAgentTypes(kept)), "UserPromptSubmit hook success: the cluster is shop-prod\n\n- a point of the hook");
});

test("the working folder is found in both clients' forms, and git's status goes from the end of a system prompt", () => {
  assert.equal(findWorkingFolder(text), "/work/my shop");
  assert.equal(findWorkingFolder("# Environment\n - Primary working directory: /a\n  - Is a git repository: true"), "/a");
  assert.equal(findWorkingFolder("no folder"), undefined);
  const status = "gitStatus: This is the git status at the start of the conversation.\n\nM a.txt";
  assert.equal(stripGitStatus(`You help.\n\n${status}`), "You help.\n");
  assert.equal(stripGitStatus("talk about gitStatus: fine"), "talk about gitStatus: fine");
});
