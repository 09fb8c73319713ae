"""OpenFeature's own client asks what it is told to, and writes what it learned as one line of JSON.

    openfeature_calls.py URL QUESTIONS

A question is [kind, flag, default, context], or a number of milliseconds to wait.
"""

import json
import sys
import time

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

url, questions = sys.argv[1:3]
api.set_provider_and_wait(OFREPProvider(url))
client = api.get_client()


def ask(kind, flag, default, context):
    if kind == "number":
        kind = "integer" if isinstance(default, int) else "float"
    attributes = {name: value for name, value in context.items() if name != "targetingKey"}
    asked = EvaluationContext(context.get("targetingKey"), attributes)
    told = getattr(client, f"get_{kind}_details")(flag, default, asked)
    return {
        "value": told.value,
        "variant": told.variant,
        "reason": told.reason,
        "error": told.error_code,
        "message": told.error_message,
        "version": told.flag_metadata.get("version"),
    }


answers = []
for question in json.loads(questions):
    if isinstance(question, list):
        answers.append(ask(*question))
    else:
        time.sleep(question / 1000)
print(json.dumps(answers))
