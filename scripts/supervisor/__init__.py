"""Runs the three services side by side for `make run`, each as a process of its own.

`python -m scripts.supervisor run|start|restart|stop [agent|tracker|dashboard]`. `run` stays in the foreground; the
others speak to it over a socket in the data folder. It touches no process but those it started itself.
"""
