"""Are the ports free? Asked before anything is started, so that the answer is one line and not a traceback."""

import errno
import socket

from scripts.supervisor.config import Config, Refused, Service


def check_ports(config: Config) -> None:
    """Raises `Refused` naming each port that cannot be had and the variable that moves it."""
    problems = [problem for service in config.services if (problem := why_not(config.host, service))]
    numbers = [service.port for service in config.services]
    problems += [
        f"port {service.port} is given to two services: set {service.variable} to another"
        for place, service in enumerate(config.services)
        if service.port in numbers[:place]
    ]
    if problems:
        raise Refused("\n".join(problems))


def why_not(host: str, service: Service) -> str | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, service.port))
        except OSError as error:
            return explain(error, host, service)
    return None


def explain(error: OSError, host: str, service: Service) -> str:
    if error.errno == errno.EADDRINUSE:
        free = f"{service.variable}={service.port + 1000} make run"
        return f"port {service.port} for the {service.name} is taken: end what listens there, or choose another: {free}"
    if error.errno == errno.EACCES:
        return f"port {service.port} for the {service.name} needs root: set {service.variable} to one above 1023"
    return f"cannot listen on {host} port {service.port} ({error.strerror}): BINNACLE_HOST must be one of this machine"
