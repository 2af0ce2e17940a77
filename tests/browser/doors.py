"""Every way in which a page makes a browser send a request to somebody else's server.

In the tags URL stands for the address; the scripts have it, and the body, in variables. Pages send
no referrer unless they say so: LocalStack's own check lets in what has none.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass

from tests.browser.commands import Command

NO_REFERRER = '<!doctype html><meta name="referrer" content="no-referrer"><body>'

TAGS = {
    "img": '<img src="URL">',
    "img srcset": '<img srcset="URL 1x">',
    "picture": '<picture><source srcset="URL"><img></picture>',
    "svg image": '<svg><image href="URL"/></svg>',
    "input image": '<input type="image" src="URL">',
    "stylesheet": '<link rel="stylesheet" href="URL">',
    "prefetch": '<link rel="prefetch" href="URL">',
    "preload": '<link rel="preload" as="image" href="URL">',
    "preload of a font": '<link rel="preload" as="font" crossorigin href="URL">',
    "modulepreload": '<link rel="modulepreload" href="URL">',
    "script": '<script src="URL"></script>',
    "module": '<script type="module" src="URL"></script>',
    "img crossorigin": '<img crossorigin="use-credentials" src="URL">',
    "iframe": '<iframe src="URL"></iframe>',
    "iframe in a sandbox": '<iframe sandbox src="URL"></iframe>',
    "object": '<object data="URL"></object>',
    "embed": '<embed src="URL">',
    "video": '<video src="URL" preload="auto"></video>',
    "video poster": '<video poster="URL"></video>',
    "audio": '<audio src="URL" preload="auto"></audio>',
    "meta refresh": '<meta http-equiv="refresh" content="0; url=URL">',
}

SCRIPTS = {
    "location": "location.href = url",
    "location.replace": "location.replace(url)",
    "link that is clicked": "make('a', {href: url}).click()",
    "link to a new window": "make('a', {href: url, target: '_blank', rel: 'noreferrer'}).click()",
    "download": "make('a', {href: url, download: ''}).click()",
    "window.open": "window.open(url)",
    "window.open without opener": "window.open(url, '_blank', 'noopener,noreferrer')",
    "form GET": "form('GET', fields(new URL(url).search.slice(1))).submit()",
    "fetch": "fetch(url)",
    "fetch no-cors": "fetch(url, {mode: 'no-cors'})",
    "fetch with credentials": "fetch(url, {mode: 'no-cors', credentials: 'include'})",
    "fetch keepalive": "fetch(url, {mode: 'no-cors', keepalive: true})",
    "XMLHttpRequest": "const x = new XMLHttpRequest(); x.open('GET', url); x.send()",
    "EventSource": "new EventSource(url)",
    "WebSocket": "new WebSocket(url.replace('http', 'ws'))",
    "worker": "new Worker(URL.createObjectURL(new Blob(['importScripts(' + JSON.stringify(url)"
    " + ')'])))",
    "import": "import(url)",
    "worker that fetches": "new SharedWorker(URL.createObjectURL(new Blob(["
    "`fetch(${JSON.stringify(url)}, {mode: 'no-cors'})`])))",
    "fetch HEAD": "fetch(url, {mode: 'no-cors', method: 'HEAD'})",
    "style import": "make('style', {textContent: `@import '${url}'`})",
    "background": "make('style', {textContent: `body { background: url('${url}') }`})",
    "font": "make('style', {textContent: `@font-face { font-family: x; src: url('${url}') }"
    " body { font-family: x }`}); document.body.append('x')",
    "navigation.navigate": "navigation.navigate(url)",
    "location of an iframe": "make('iframe').contentWindow.location = url",
    "location of another window": "const w = window.open('about:blank'); w.location = url",
    "image in a window of nothing": "const w = window.open('about:blank');"
    " w.document.body.innerHTML = `<img referrerpolicy=no-referrer src='${url}'>`",
    # These two come without a referrer, without an origin, and as if the learner had typed them.
    "speculative prefetch": "speculate({prefetch: [{source: 'list', urls: [url]}]})",
    "speculative prerender": "speculate({prerender: [{source: 'list', urls: [url]}]})",
}

WITH_A_BODY = {
    "form POST": "form('POST', fields(body)).submit()",
    "form POST multipart": "form('POST', fields(body), 'multipart/form-data').submit()",
    "form POST text/plain": "form('POST', [[body, '']], 'text/plain').submit()",
    "form POST into an iframe": "make('iframe', {name: 'hidden'});"
    " make(form('POST', fields(body)), {target: 'hidden'}).submit()",
    "form POST to a new window": "make(form('POST', fields(body)),"
    " {target: '_blank', rel: 'noreferrer'}).submit()",
    "button with a formaction": "const f = form('POST', fields(body)); f.action = 'about:blank';"
    " f.append(Object.assign(document.createElement('button'), {formAction: url}));"
    " f.lastChild.click()",
    "fetch POST no-cors": "send({mode: 'no-cors'})",
    "fetch POST": "send({})",
    "fetch POST with credentials": "send({mode: 'no-cors', credentials: 'include'})",
    "fetch POST keepalive": "send({mode: 'no-cors', keepalive: true})",
    "XMLHttpRequest POST": "const x = new XMLHttpRequest(); x.open('POST', url);"
    " x.setRequestHeader('Content-Type', type); x.send(body)",
    "beacon": "navigator.sendBeacon(url, new Blob([body], {type}))",
    "ping of a link": "make('a', {href: '#', ping: url}).click()",
}

# What the scripts above are written with.
HELPERS = """
const make = (what, ...properties) => {
  const element = typeof what === 'string' ? document.createElement(what) : what
  return document.body.appendChild(Object.assign(element, ...properties))
}
const fields = text => [...new URLSearchParams(text)]
const form = (method, pairs, enctype = 'application/x-www-form-urlencoded') => {
  const made = make('form', {method, enctype, action: url})
  for (const [name, value] of pairs) {
    made.append(Object.assign(document.createElement('input'), {name, value}))
  }
  return made
}
const send = options => fetch(url, {method, body, headers: {'Content-Type': type}, ...options})
const speculate = rules => make('script', {type: 'speculationrules', text: JSON.stringify(rules)})
"""


@dataclass(frozen=True)
class Page:
    """HTML for one attempt: a tag, or a script, that sends the command to `url`."""

    url: str
    command: Command

    def by_tag(self, tag: str) -> str:
        return NO_REFERRER + tag.replace("URL", html.escape(self.url))

    def by_script(self, script: str) -> str:
        values = {
            "url": self.url,
            "method": self.command.method,
            "body": self.command.body or None,
            "type": self.command.type or "text/plain",
        }
        constants = "".join(f"const {name} = {_literal(v)}\n" for name, v in values.items())
        return f"{NO_REFERRER}<script>{constants}{HELPERS}{script}</script>"


def _literal(value: str | None) -> str:
    """JSON that may stand between script tags."""
    return json.dumps(value).replace("<", "\\u003c")
