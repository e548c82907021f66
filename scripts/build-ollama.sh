#!/bin/sh
# Builds the real Ollama from the Go module proxy, for the tests that talk to it.
#
#   sh scripts/build-ollama.sh FOLDER [VERSION]
#
# leaves the server at FOLDER/bin/ollama. What is built already is left alone. The module leaves out three header files that its C++ code
# includes: nlohmann's json and stb come from Debian's packages, miniaudio from the Python source package of that name. Nothing is
# installed on the machine; everything lies below FOLDER. Needs go, a C++ compiler, apt-get or the headers, and pip.
set -eu

folder=${1:?usage: sh scripts/build-ollama.sh FOLDER [VERSION]}
version=${2:-v0.17.4}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
headers=$folder/headers

if [ -x "$folder/bin/ollama" ] && [ "$(cat "$folder/bin/version" 2>/dev/null)" = "$version" ]; then
  echo "$folder/bin/ollama is there: $version"
  exit 0
fi

mkdir -p "$headers" "$folder/packages" "$folder/bin"

if [ ! -f "$headers/nlohmann/json.hpp" ] || [ ! -f "$headers/stb/stb_image.h" ]; then
  (cd "$folder/packages" && apt-get download nlohmann-json3-dev libstb-dev)
  for package in "$folder"/packages/*.deb; do dpkg-deb -x "$package" "$folder/packages/debian"; done
  cp -R "$folder/packages/debian/usr/include/." "$headers/"
fi

if [ ! -f "$headers/miniaudio/miniaudio.h" ]; then
  (cd "$folder/packages" && python3 -m pip download --quiet --no-deps --no-binary :all: miniaudio)
  mkdir -p "$folder/packages/miniaudio" "$headers/miniaudio"
  tar -xzf "$folder"/packages/miniaudio-*.tar.gz -C "$folder/packages/miniaudio" --strip-components=1
  header=$(find "$folder/packages/miniaudio" -name miniaudio.h | head -n 1)
  cp "$header" "$headers/miniaudio/miniaudio.h"
fi

# For this machine's processor: without it the engine computes as on the oldest one there is, many times slower.
flags="-march=native -I$headers -I$headers/stb -I$headers/miniaudio"
env GOFLAGS=-mod=mod GOBIN="$folder/bin" GOCACHE="$folder/cache" GOPATH="$folder/go" \
  CGO_CFLAGS="-O3 $flags" CGO_CXXFLAGS="-O3 $flags" \
  nice -n 10 go install -ldflags "-X=github.com/ollama/ollama/version.Version=${version#v}" "github.com/ollama/ollama@$version"
echo "$version" > "$folder/bin/version"
echo "$folder/bin/ollama is built: $version"
