#!/usr/bin/env bash
# Builds kube-apiserver and etcd from the Go module proxy, at the versions that go.mod and go.sum pin, into FOLDER: what `npm run
# test:cluster` holds the recorded cluster against. Needs Go 1.24 or later. About six minutes of two cores and 4 GiB of Go's caches;
# what is there already is not built again.
#
#   scripts/real-cluster/build.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")"

version="$(go list -m -f '{{.Version}}' k8s.io/kubernetes)"
folder="${1:-${CLOISTER_TEST_TOOLS:-${TMPDIR:-/tmp}/cloister-test-tools}/real-cluster-$version}"
mkdir -p "$folder"

# The API server tells clients its version, and without one it does not start.
build() {
  [ -x "$folder/$1" ] && return
  CGO_ENABLED=0 go build -trimpath -ldflags "-s -w $3" -o "$folder/$1.part" "$2"
  mv "$folder/$1.part" "$folder/$1"
}
build etcd go.etcd.io/etcd/server/v3 ""
build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver "-X k8s.io/component-base/version.gitVersion=$version"
echo "$folder"
