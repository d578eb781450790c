"""The settings that all services share, and the one line that says what is wrong with them."""

from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""`a,b` in the environment; `("a", "b")` here."""


class SettingsError(Exception):
    """A setting is missing or cannot be used. The message is one line that names the variable and the fix."""

    def __init__(self, variable: str, fix: str) -> None:
        super().__init__(f"{variable}: {fix}")


class ServiceSettings(BaseSettings):
    """Base of every service's settings. Each field names its variable as `validation_alias`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, case_sensitive=True)

    data_dir: Path = Field(Path(".data"), validation_alias="BINNACLE_DATA_DIR")
    token: SecretStr | None = Field(None, min_length=16, validation_alias="BINNACLE_TOKEN")
    token_file: Path | None = Field(None, validation_alias="BINNACLE_TOKEN_FILE")
    host: str = Field("127.0.0.1", validation_alias="BINNACLE_HOST")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", validation_alias="BINNACLE_LOG_LEVEL")
    log_format: Literal["auto", "json", "console"] = Field("auto", validation_alias="BINNACLE_LOG_FORMAT")

    @classmethod
    def load(cls) -> Self:
        """Read the environment. Raises `SettingsError` with the first thing that is wrong."""
        return _load(cls)

    def own_dir(self, name: str) -> Path:
        """The service's own folder in the data folder, made when missing, for its user only."""
        folder = self.data_dir.absolute() / name
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = folder / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            reason = f"cannot write to {folder} ({error.strerror}); set it to a folder that you may write to"
            raise SettingsError("BINNACLE_DATA_DIR", reason) from error
        return folder


S = TypeVar("S", bound=ServiceSettings)


def _load(cls: type[S]) -> S:
    try:
        return cls()  # type: ignore[call-arg]  # every field has a default, under its variable's name
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        variable = str(first["loc"][0]) if first["loc"] else "environment"
        # The value itself is left out: it may be a secret.
        raise SettingsError(variable, f"{first['msg']}; correct it or unset it to use the default") from None
