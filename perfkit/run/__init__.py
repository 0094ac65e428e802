"""The run 运行: run files → papermill → executed notebook → Word and HTML drafts, one folder per run."""

import sys

# nbformat → jsonschema → rfc3987_syntax compiles a Lark grammar at import, about one second for every process, for a
# URI format that no notebook of ours uses. A None entry makes that optional import fail, which jsonschema expects.
# It stands here because this file runs before any module of the room can import nbformat.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
