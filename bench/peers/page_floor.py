"""The floor for the first screen: a page of three small files that needs the same round trips: shell, script, data."""

import sys

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response

_SHELL = '<!doctype html><html lang="en"><title>Floor</title><script type="module" src="/floor.js"></script><p></p>'
_SCRIPT = """
const answer = await fetch('/data.json');
document.querySelector('p').textContent = (await answer.json()).text;
document.documentElement.dataset.done = 'yes';
"""

app = FastAPI()


@app.get("/")
async def shell() -> HTMLResponse:
    """The first trip."""
    return HTMLResponse(_SHELL)


@app.get("/floor.js")
async def script() -> Response:
    """The second."""
    return Response(_SCRIPT, media_type="text/javascript")


@app.get("/data.json")
async def data() -> dict[str, str]:
    """The third."""
    return {"text": "There it is."}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="error")
