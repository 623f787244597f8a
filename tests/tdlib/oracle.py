"""Passes requests to TDLib's td_execute: a line of JSON in, a line of JSON out.

td_execute is TDLib's door for what needs neither a network nor an account. The argument is the
directory that setup.sh has filled.
"""

import ctypes
import pathlib
import sys


def load(directory):
    """The build of TDLib that this machine can load: npm may have brought several."""
    failed = []
    for path in sorted(pathlib.Path(directory).rglob("libtdjson.*")):
        try:
            return ctypes.CDLL(str(path))
        except OSError as error:
            failed.append(str(error))
    sys.exit(f"no usable TDLib in {directory}: {failed}; run tests/tdlib/setup.sh")


def main():
    execute = load(sys.argv[1]).td_execute
    execute.argtypes = [ctypes.c_char_p]
    execute.restype = ctypes.c_char_p
    execute(b'{"@type":"setLogVerbosityLevel","new_verbosity_level":0}')
    for request in sys.stdin.buffer:
        answer = execute(request.rstrip(b"\n")) or b"null"
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
