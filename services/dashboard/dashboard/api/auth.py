"""Logging in and out, and the sessions there are."""

from typing import Literal, Self

from fastapi import APIRouter, Request, Response
from kit.clock import rfc3339
from kit.web import routing
from pydantic import BaseModel, ConfigDict, Field, model_validator

from dashboard.api.parts import Parts, PartsOf, PeerOf, VisitorOf
from dashboard.auth.gate import visitor_of
from dashboard.auth.peers import Peer
from dashboard.auth.rules import Visitor
from dashboard.auth.sessions import SESSION_MS
from dashboard.bootstrap import session_view
from dashboard.storage.sessions import Role


class LoginRequest(BaseModel):
    """Either a password, or the code of a one-time link."""

    model_config = ConfigDict(extra="forbid")
    password: str | None = Field(None, max_length=1024)
    code: str | None = Field(None, max_length=1024)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.password is None) == (self.code is None):
            raise ValueError("give either password or code")
        return self


class SessionAnswer(BaseModel):
    """Who is logged in; null where a script uses the token, which does not expire."""

    authenticated: Literal[True] = True
    role: Role
    session_id: str | None
    expires_at: str | None


class SessionItem(BaseModel):
    """One login, as shown to those who may end it."""

    id: str
    role: Role
    current: bool
    created_at: str
    seen_at: str
    expires_at: str
    address: str
    user_agent: str


class SessionPage(BaseModel):
    """All of them: there are never more than 500."""

    items: list[SessionItem]
    next_cursor: str | None = None


def router() -> APIRouter:
    """`/auth`."""
    routes = routing.router("/auth", tag="auth")

    @routes.post("/login", summary="Log in with the password or a one-time code")
    async def login(
        asked: LoginRequest, request: Request, response: Response, parts: PartsOf, peer: PeerOf
    ) -> SessionAnswer:
        role = await _role(parts, asked, peer)
        await _end_current(request, parts)
        agent = request.headers.get("user-agent", "")
        session, token = await parts.sessions.open(role, address=peer.address, user_agent=agent)
        _set_cookie(response, parts, token, secure=peer.secure)
        return SessionAnswer.model_validate(session_view(Visitor(role, session)))

    @routes.post("/logout", status_code=204, summary="End this session")
    async def logout(request: Request, parts: PartsOf) -> Response:
        await _end_current(request, parts)
        response = Response(status_code=204)
        response.delete_cookie(parts.cookie, path=parts.settings.root_path or "/", httponly=True, samesite="strict")
        return response

    @routes.get("/session", summary="Who is logged in here")
    async def session(visitor: VisitorOf) -> SessionAnswer:
        return SessionAnswer.model_validate(session_view(visitor))

    @routes.get("/sessions", summary="Everyone who is logged in")
    async def sessions(visitor: VisitorOf, parts: PartsOf) -> SessionPage:
        items = [
            SessionItem(
                id=session.id,
                role=session.role,
                current=session.id == visitor.session_id,
                created_at=rfc3339(session.created_at),
                seen_at=rfc3339(session.seen_at),
                expires_at=rfc3339(session.expires_at),
                address=session.address,
                user_agent=session.user_agent,
            )
            for session in parts.sessions.all()
        ]
        return SessionPage(items=items)

    @routes.delete("/sessions/{session_id}", status_code=204, summary="End a session, wherever it is")
    async def revoke(session_id: str, parts: PartsOf) -> None:
        await parts.sessions.revoke(session_id)

    return routes


async def _role(parts: Parts, asked: LoginRequest, peer: Peer) -> Role:
    if asked.code is not None:
        return await parts.login.by_code(asked.code, peer.address)
    return parts.login.by_password(asked.password or "", peer.address)


async def _end_current(request: Request, parts: Parts) -> None:
    visitor = visitor_of(request.scope)
    if visitor and visitor.session_id:
        await parts.sessions.revoke(visitor.session_id)


def _set_cookie(response: Response, parts: Parts, token: str, *, secure: bool) -> None:
    response.set_cookie(
        parts.cookie,
        token,
        max_age=SESSION_MS // 1000,
        path=parts.settings.root_path or "/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
