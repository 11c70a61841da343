"""Prints `ok NAME` or `not ok NAME: REASON` for each check."""


def check(name):
    def run(attempt):
        try:
            attempt()
        except Exception as error:  # each check is told, whatever it ended with
            reason = " ".join(f"{type(error).__name__} {error}".split())
            print(f"not ok {name}: {reason}", flush=True)
        else:
            print(f"ok {name}", flush=True)

    return run


def same(found, wanted):
    if found != wanted:
        raise AssertionError(f"found {found!r}, wanted {wanted!r}")
