"""Mapping templates of API Gateway: Java's methods, and $util as it is documented."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airspeed import operators  # type: ignore[import-untyped]
from localstack.services.apigateway.next_gen.execute_api import template_mapping

from localstack_host.services.apigateway import templates

BODY = {"sku": "oak", "lines": ["a", "b"], "total": 5, "note": "it's", "nested": {"id": 1}}


@pytest.fixture
def render(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Renders a template as the emulator does, for a body and a parameter."""
    own = operators.__additional_methods__
    monkeypatch.setattr(operators, "__additional_methods__", templates.methods(own))
    util = template_mapping.VelocityUtilApiGateway
    for kind, name, wrapped in (
        (util, "base64Decode", templates.base64_decode),
        (util, "escapeJavaScript", templates.escape_java_script),
        (operators.ValueList, "calculate", templates.list_literal),
        (operators.DictionaryLiteral, "calculate", templates.map_literal),
    ):
        original: Any = getattr(kind, name)
        monkeypatch.setattr(kind, name, _wrapped(wrapped, original))

    def rendered(template: str) -> str:
        parameters = {"path": {}, "querystring": {"page": "2"}, "header": {}}
        variables: Any = {
            "input": {"body": json.dumps(BODY), "params": parameters},
            "context": {"stage": "dev"},
        }
        untyped: Any = template_mapping.ApiGatewayVtlTemplate
        return str(untyped().render_vtl(template, variables))

    return rendered


def _wrapped(wrapper: Any, original: Any) -> Any:
    return lambda *arguments: wrapper(original, *arguments)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$input.path('$.sku').toUpperCase()", "OAK"),
        ("$context.stage.length() $context.stage.equals('dev')", "3 true"),
        ("$input.path('$.sku').indexOf('z') $input.path('$.sku').isEmpty()", "-1 false"),
        ("$input.params().querystring.containsKey('page')", "true"),
        ("$input.path('$').keySet()", "[sku, lines, total, note, nested]"),
        ("#foreach($e in $input.path('$.nested').entrySet())$e.key=$e.value#end", "id=1"),
        ("$input.path('$.nested').size() $input.path('$.nested').isEmpty()", "1 false"),
        ("#set($m = {'a': 'x'})$m $m.containsKey('b')", "{a=x} false"),
        ("#set($l = ['a', 'b'])$l.add('c') $l $l.indexOf('c')", "true [a, b, c] 2"),
        ("#set($Integer = 0)$Integer.parseInt('7')", "7"),
        ("$util.base64Decode('YWJj')", "abc"),
        ("$util.escapeJavaScript($input.path('$.note'))", "it\\'s"),
        ("$input.path('$.sku').replaceAll('(o)', '$1$1')", "ooak"),
    ],
)
def test_a_template_has_javas_methods(render: Any, template: str, expected: str) -> None:
    assert render(template) == expected
