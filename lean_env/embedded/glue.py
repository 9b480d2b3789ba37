"""Derives the engine's `lean.cjs` from the package's 89 MB `lean.js`, the JavaScript that Emscripten puts around wasm.

Three quarters of that file are assignments of 200,000 exports to variables that nothing reads, and at start it copies
every export into two more tables: seconds, on each start. The derived glue resolves names when asked. What it
promises to a worker:

- It is a CommonJS module that takes its settings from `globalThis.LeanModule` (Emscripten's Module object), where
  `symbols.find(name)` must answer with the encoded value of wasm.py's symbol file: its dlsym asks there.
- It never starts a thread.
- Before it starts it sets `LeanModule.internals`, with
    FS, NODEFS, ENV                 the in-memory file system, the one that mounts host folders, the environment
    variables HEAP8, HEAPU8, HEAPU32          views of linear memory; ask again after every call into wasm, a grown
    memory has new ones mem, table, ex                  the WebAssembly.Memory, the function table, the instance's own
    exports GOT                             Emscripten's global offset table addFunction, getFunctionAddress   give a
    JavaScript or wasm function a slot of the table; the slot it has UTF8ToString, stackSave, stackRestore, setThrew,
    initRuntime, PThread   Emscripten's functions of these names

Each rewrite has to match exactly as often as it says, because the file is pinned: anything else is an error that
names it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lean_env.errors import SetupFailed


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Replace the one occurrence of `old`; `why` names it in errors."""

    why: str
    old: bytes
    new: bytes


_EXPORTS_BEGIN = b"function assignWasmExports(wasmExports){"
_EXPORT_VARIABLES_END = b",wasmTable;" + _EXPORTS_BEGIN  # their declaration stands right before the function
_IDENTIFIER = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$]*")

_INTERNALS = (
    b"Module.internals={get FS(){return FS},get NODEFS(){return NODEFS},get ENV(){return ENV},"
    # A view of a memory that has grown since is detached or short, so each is refreshed when it is asked for.
    b"get HEAP8(){growMemViews();return HEAP8},get HEAPU8(){growMemViews();return HEAPU8},"
    b"get HEAPU32(){growMemViews();return HEAPU32},"
    b"get mem(){return wasmMemory},get table(){return wasmTable},get ex(){return wasmExports},get GOT(){return GOT},"
    b"addFunction,getFunctionAddress,UTF8ToString,stackSave,stackRestore,"
    b"setThrew:(threw,value)=>_setThrew(threw,value),initRuntime,get PThread(){return PThread}};"
)
_START = b"var wasmExports;if(!ENVIRONMENT_IS_PTHREAD){createWasm();run()}"

REWRITES = (
    # `var Module` is hoisted inside a CommonJS wrapper, so a global of that name would never be seen.
    Rewrite(
        "settings come from a global that the file's own variable does not hide",
        b'var Module=typeof Module!="undefined"?Module:{};',
        b"var Module=globalThis.LeanModule||{};",
    ),
    Rewrite("no copy of every export into the imports of libraries", b'mergeLibSymbols(wasmExports,"main");', b""),
    Rewrite("no table slot for every export", b"updateGOT(origExports);", b""),
    # What the two steps above would have prepared for all names is found for the few that are looked up.
    Rewrite(
        "names are resolved when asked for",
        b'if(isSymbolDefined(symName)){sym=wasmImports[symName]}else if(symName.startsWith("invoke_"))',
        b"if(isSymbolDefined(symName)){sym=wasmImports[symName]}"
        b"else if(wasmExports?.[symName]){sym=wasmExports[symName]}"
        b'else if(symName.startsWith("invoke_"))',
    ),
    # The first request for an address would look at 150,000 slots (130 ms); Lean's functions are in symbols.bin, and
    # the few functions of the runtime itself may well get a second slot.
    Rewrite(
        "no scan of the function table",
        b"functionsInTableMap=new WeakMap;updateTableMap(0,wasmTable.length)",
        b"functionsInTableMap=new WeakMap",
    ),
    # wasm.py makes every task synchronous, so threads would only idle.
    Rewrite("no pool of threads", b"var pthreadPoolSize=4;", b"var pthreadPoolSize=0;"),
    Rewrite("Lean's program has no path of the host's", b"if(isNode){path=__filename}else{path=", b"{path="),
    Rewrite("the worker sees the runtime's internals", _START, _INTERNALS + _START),
)

# Lean's interpreter looks for the compiled code of a definition by dlsym. The original searched a list of all exports.
_DLSYM_BEGIN = b"var __dlsym_js="
_DLSYM_END = b"__dlsym_js.sig="
_DLSYM = (
    b"var __dlsym_js=(handle,symbol,symbolIndex)=>{symbol=UTF8ToString(symbol);"
    b"var encoded=Module.symbols.find(symbol);if(encoded>=0)return encoded>>>1;"
    # Lean code chooses the name: the glue's own JavaScript, which could run a shell, is not for it.
    b"var found=Object.hasOwn(wasmExports,symbol)?wasmExports[symbol]:undefined;"
    b"if(found===undefined){dlSetError(`unknown symbol ${symbol}`);return 0}"
    b'if(typeof found!="function")return found.value;'
    b"return getFunctionAddress(found)||addFunction(found,found.sig)};"
)


def derive_glue(source: bytes) -> bytes:
    """The small glue for a lean.js. Raises SetupFailed that names the rewrite which did not match."""
    glue = _drop_unread_exports(source)
    for rewrite in REWRITES:
        glue = _replace_once(glue, rewrite)
    glue = _replace_span(glue, _DLSYM_BEGIN, _DLSYM_END, _DLSYM)
    return _keep_stdout_clean(glue)


def _drop_unread_exports(source: bytes) -> bytes:
    """Drop the declaration and assignment of each export whose variable occurs nowhere else in the file."""
    begin = _find_once(source, _EXPORTS_BEGIN, "the function that assigns the exports")
    declared_end = _find_once(source, _EXPORT_VARIABLES_END, "the declaration of the variables for the exports")
    declared = source.rfind(b";var ", 0, declared_end) + len(b";var ")
    end = source.find(b"}", begin)
    names = source[declared:declared_end].split(b",")
    assignments = source[begin + len(_EXPORTS_BEGIN) : end].split(b";")
    if declared < len(b";var ") or end < 0 or not all(map(_IDENTIFIER.fullmatch, names)):
        raise SetupFailed("lean.js: the variables for the exports are not declared as one list before they are assigned")
    before, after = source[:declared], source[end:]
    read = {*_IDENTIFIER.findall(before), *_IDENTIFIER.findall(after)}
    kept_names = [name for name in names if name in read]
    kept = [assignment for assignment in assignments if assignment.partition(b"=")[0] in read]
    return b"".join((before, b",".join([*kept_names, b"wasmTable;"]), _EXPORTS_BEGIN, b";".join(kept), after))


def _keep_stdout_clean(glue: bytes) -> bytes:
    # The package was built with its author's progress messages; a worker's stdout is its protocol. Failed assertions
    # of the C++ code are worth seeing, on stderr.
    if glue.count(b'console.log("[DEBUG:') == 0:
        raise SetupFailed("lean.js: the progress messages to silence are not there")
    glue = glue.replace(b'console.log("[DEBUG:ASSERT]', b'console.error("[DEBUG:ASSERT]')
    return glue.replace(b'console.log("[DEBUG:', b'(()=>{})("[DEBUG:')


def _replace_once(text: bytes, rewrite: Rewrite) -> bytes:
    at = _find_once(text, rewrite.old, rewrite.why)
    return text[:at] + rewrite.new + text[at + len(rewrite.old) :]


def _replace_span(text: bytes, begin: bytes, end: bytes, new: bytes) -> bytes:
    start = _find_once(text, begin, "the lookup of compiled functions by name")
    stop = text.find(end, start)
    if stop < 0:
        raise SetupFailed(f"lean.js: the lookup of compiled functions by name has no end {_shown(end)}")
    return text[:start] + new + text[stop:]


def _find_once(text: bytes, part: bytes, why: str) -> int:
    if (count := text.count(part)) != 1:
        raise SetupFailed(f"lean.js: {why}: expected {_shown(part)} once, found it {count} times")
    return text.find(part)


def _shown(part: bytes) -> str:
    text = part.decode(errors="replace")
    return f"`{text[:80]}...`" if len(text) > 80 else f"`{text}`"
