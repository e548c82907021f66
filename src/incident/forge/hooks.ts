/**
 * The hooks of a repository: what a push may do, and what it is told. They need `sh` and `git` only. A branch's name reaches them on standard
 * input; it is data to them, always quoted.
 */

/**
 * Refuses everything but new branches and fast-forwards of branches other than the default one; all of the push or nothing. Where the forge has a gate
 * (`gate.ts`) it is asked on descriptor 3 about what is left, and its words are passed on.
 */
export function preReceiveHook(): string {
  return `#!/bin/sh
# Written by Cloister's forge: the default branch changes through a pull request only, and nothing that was pushed is lost.
default=$(git symbolic-ref HEAD)
refused=0
pushed=
refuse() {
  printf 'error: %s\\n' "$@" >&2
  refused=1
}
while read -r old new ref; do
  branch=\${ref#refs/heads/}
  pushed="$pushed$old $new $ref
"
  case "$ref" in
    "$default")
      refuse "GH006: Protected branch update failed for $ref." \\
        "Changes must be made through a pull request: push your commits to a branch of another name."
      continue ;;
    refs/heads/*) ;;
    refs/tags/*)
      refuse "Cannot update $ref: tags are not accepted here. Push a branch."
      continue ;;
    *)
      refuse "Cannot update $ref: only branches (refs/heads/...) are accepted here."
      continue ;;
  esac
  case "$new" in
    *[!0]*) ;;
    *)
      refuse "Cannot delete the branch $branch: branches are kept here. Push to a branch of another name."
      continue ;;
  esac
  case "$old" in
    *[!0]*)
      git merge-base --is-ancestor "$old" "$new" ||
        refuse "Cannot force-push to the branch $branch: pushed commits are kept. Add a commit on top, or push to a branch of another name." ;;
  esac
done
if [ "$refused" = 0 ] && [ "\${CLOISTER_GATE-}" = 3 ]; then
  refused=1
  printf '%s\\n%send\\n' "\${GIT_QUARANTINE_PATH-}" "$pushed" >&3
  while read -r line <&3; do
    case "$line" in
      pass) refused=0; break ;;
      refuse) break ;;
      *) printf '%s\\n' "$line" >&2 ;;
    esac
  done
fi
exit "$refused"
`;
}

/** Says, after a new branch, that a pull request can be opened from it. `url` is the repository's page, of names that the forge has checked. */
export function postReceiveHook(url: string): string {
  return `#!/bin/sh
# Written by Cloister's forge.
default=$(git symbolic-ref --short HEAD)
while read -r old new ref; do
  branch=\${ref#refs/heads/}
  case "$old" in
    *[!0]*) ;;
    *)
      printf '\\nCreate a pull request for %s with "gh pr create", or look at the change first:\\n     %s\\n\\n' \\
        "'$branch'" "${url}/compare/$default...$branch" ;;
  esac
done
exit 0
`;
}
