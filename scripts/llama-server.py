#!/usr/bin/env python3
"""llama.cpp's server for tests, from the prebuilt wheel `xllamacpp` instead of a compiled program.

Takes the few flags of llama-server that the tests use and prints the same line when it listens. Ends when its standard input does,
so that it never outlives the test that started it.
"""

import argparse
import os
import sys
import threading


def main() -> None:
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("-m", "--model", required=True)
    flags.add_argument("-c", "--ctx-size", type=int, default=4096)
    flags.add_argument("-np", "--parallel", type=int, default=1)
    flags.add_argument("-t", "--threads", type=int, default=2)
    flags.add_argument("-b", "--batch-size", type=int, default=2048)
    flags.add_argument("--host", default="127.0.0.1")
    flags.add_argument("--port", type=int, default=0)
    flags.add_argument("--alias", default="")
    flags.add_argument("--api-key", default="")
    flags.add_argument("--slot-save-path", default="")
    flags.add_argument("--cache-ram", type=int, default=8192)
    flags.add_argument("--metrics", action="store_true")
    flags.add_argument("--jinja", action="store_true")
    given = flags.parse_args()
    threading.Thread(target=end_with_input, daemon=True).start()

    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = given.model
    params.n_ctx = given.ctx_size
    params.n_parallel = given.parallel
    params.n_batch = given.batch_size
    params.n_ubatch = min(params.n_ubatch, given.batch_size)
    params.cpuparams.n_threads = given.threads
    params.cpuparams_batch.n_threads = given.threads
    params.cache_ram_mib = given.cache_ram
    params.hostnames = [given.host]
    params.port = given.port
    params.endpoint_slots = True
    params.endpoint_metrics = given.metrics
    if given.alias:
        params.model_alias = {given.alias}
    if given.api_key:
        params.api_keys = [given.api_key]
    if given.slot_save_path:
        params.slot_save_path = os.path.join(given.slot_save_path, "")
    server = xllamacpp.Server(params)
    print(f"server is listening on {server.listening_address}", flush=True)
    threading.Event().wait()


def end_with_input() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
