"""gunicorn.conf.py without its regard for those who wait: threads linger whoever else has none. A control."""

from runpy import run_path

globals().update(run_path("gunicorn.conf.py"))


class Greedy(globals()["LingeringWorker"]):
    def _has_threads_to_spare(self) -> bool:
        return True


worker_class = Greedy
