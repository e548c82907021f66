/**
 * What runs first inside the seal, between the sandbox's own set-up and the program. It waits for a word on descriptor 3, which
 * comes when the host has seen that the network namespace is a new one and has its counters open, and then becomes the program.
 * Without the word it ends. The sandbox runtime puts
 * variables into the environment that belong to hosts and tools this session does not have; they go, so that what a
 * program sees is what the launch says, plus the proxy:
 *
 * - `NO_PROXY`: it names private addresses, and a program that skips the proxy for them tries a way that does not exist. The seal's own
 *   loopback stays in it: a server that is started inside can be reached inside;
 * - `TMPDIR`: the runtime's is one folder for all sessions of the machine; ours is private;
 * - proxies for protocols that are not spoken here, and hints about ports of the host.
 */
export const insideScript = `read -r word <&3 && [ "$word" = in ] || exit 125
exec 3<&-
unset word ALL_PROXY all_proxy FTP_PROXY ftp_proxy RSYNC_PROXY GRPC_PROXY grpc_proxy \\
  DOCKER_HTTP_PROXY DOCKER_HTTPS_PROXY CLOUDSDK_PROXY_TYPE CLOUDSDK_PROXY_ADDRESS CLOUDSDK_PROXY_PORT \\
  CLOUDSDK_PROXY_USERNAME CLOUDSDK_PROXY_PASSWORD GIT_SSH_COMMAND JAVA_TOOL_OPTIONS \\
  CLAUDE_CODE_HOST_HTTP_PROXY_PORT CLAUDE_CODE_HOST_SOCKS_PROXY_PORT
NO_PROXY=localhost,127.0.0.1,::1
no_proxy=$NO_PROXY
TMPDIR=$1
CLAUDE_CODE_TMPDIR=$1
export NO_PROXY no_proxy TMPDIR CLAUDE_CODE_TMPDIR
shift
exec "$@"
`;

/**
 * One word for a POSIX shell. The sandbox runtime takes a command as a shell's text, the one place where argv has to become one; every
 * byte inside single quotes stands for itself, and a single quote is written outside them.
 */
export function shellWord(word: string): string {
  if (word.includes("\0")) throw new Error("An argument of a command cannot hold a NUL byte.");
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Stands for socat in the runtime's configuration: the bridge that it starts on the host would outlive us if we were killed with SIGKILL,
 * and go on forwarding to a port that somebody else may have by then.
 */
export function bridgeScript(setpriv: string, socat: string): string {
  return `#!/bin/sh\nexec ${shellWord(setpriv)} --pdeathsig KILL ${shellWord(socat)} "$@"\n`;
}
