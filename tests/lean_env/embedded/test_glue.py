"""The derived glue, on a small text with the same landmarks as the package's lean.js; it runs under node."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from lean_env.embedded.glue import REWRITES, Rewrite, derive_glue
from lean_env.errors import SetupFailed
from lean_env.toolchain import find_node

# What the package's lean.js has, in its order, with the least that makes it run.
ORIGINAL = (
    b'var Module=typeof Module!="undefined"?Module:{};var ENVIRONMENT_IS_PTHREAD=false;'
    b"var wasmMemory={buffer:new ArrayBuffer(8)};var HEAP8,HEAPU8,HEAPU32;"
    b"function updateMemoryViews(){var b=wasmMemory.buffer;HEAP8=new Int8Array(b);HEAPU8=new Uint8Array(b);"
    b"HEAPU32=new Uint32Array(b)}updateMemoryViews();"
    b"function growMemViews(){if(wasmMemory.buffer!=HEAP8.buffer){updateMemoryViews()}}"
    b"var FS={},NODEFS={},ENV={},GOT={},wasmImports={fromJs:Object.assign(()=>{},{sig:'v'})},errors=[];"
    b"var mergeLibSymbols=()=>{throw Error('merged')},updateGOT=()=>{throw Error('filled')};"
    b"var updateTableMap=()=>{throw Error('scanned')};var functionsInTableMap;"
    b"var addFunction=(f,sig)=>{functionsInTableMap.set(f,77);return 77};"
    b"var getFunctionAddress=func=>{if(!functionsInTableMap){functionsInTableMap=new WeakMap;"
    b"updateTableMap(0,wasmTable.length)}return functionsInTableMap.get(func)||0};"
    b"var UTF8ToString=x=>x,stackSave=()=>1,stackRestore=()=>2,initRuntime=()=>3,dlSetError=e=>errors.push(e);"
    b"var PThread={started:0,initMainThread(){var pthreadPoolSize=4;while(pthreadPoolSize--){PThread.started++}}};"
    b"var isSymbolDefined=name=>name in wasmImports;"
    b"var resolveGlobalSymbol=(symName)=>{var sym;if(isSymbolDefined(symName)){sym=wasmImports[symName]}else "
    b'if(symName.startsWith("invoke_")){sym="invoked"}return sym};'
    b"var __dlsym_js=(handle,symbol,symbolIndex)=>{return Object.keys(LDSO).indexOf(symbol)};"
    b'__dlsym_js.sig="pppp";'
    b'var ASM_CONSTS={1:$0=>{console.log("[DEBUG:E] getopt_long returned: "+$0)},'
    b'2:()=>{console.log("[DEBUG:ASSERT] ASSERTION VIOLATION:")},'
    b'3:()=>{var isNode=true;var path;if(isNode){path=__filename}else{path="/bin/lean.wasm"}return path}};'
    b"var run=()=>{PThread.initMainThread();Module.seen={resolveGlobalSymbol,__dlsym_js,ASM_CONSTS,errors,"
    b"used:_used_by_glue(),grow:n=>{wasmMemory={buffer:new ArrayBuffer(n)}}};Module.onRuntimeInitialized()};"
    b"var createWasm=()=>{wasmExports={used_by_glue:()=>'used',_setThrew:1,l_Nat_add:()=>9};"
    b'var origExports=wasmExports;mergeLibSymbols(wasmExports,"main");'
    b"assignWasmExports(wasmExports);updateGOT(origExports);};"
    b"var _used_by_glue,_l_Nat_add,_setThrew,_l_Nat_sub,wasmTable;function assignWasmExports(wasmExports){"
    b'_used_by_glue=Module["_used_by_glue"]=wasmExports["used_by_glue"];'
    b'_l_Nat_add=Module["_l_Nat_add"]=wasmExports["l_Nat_add"];'
    b'_l_Nat_sub=Module["_l_Nat_sub"]=wasmExports["l_Nat_sub"].value;'
    b'_setThrew=Module["_setThrew"]=wasmExports["setThrew"]}'
    b"var wasmExports;if(!ENVIRONMENT_IS_PTHREAD){createWasm();run()}"
)


def run_glue(folder: Path, script: str) -> dict[str, object]:
    """What a script prints that has loaded the derived glue with a symbol table of one entry, as `internals` and `seen`."""
    (folder / "lean.cjs").write_bytes(derive_glue(ORIGINAL))
    program = f"""
        const symbols = {{ find: name => name === 'l_Nat_add' ? 42 << 1 : name === 'l_data' ? 1000 << 1 | 1 : -1 }};
        globalThis.LeanModule = {{ symbols, onRuntimeInitialized() {{
            const {{ internals, seen }} = globalThis.LeanModule;
            {script}
        }} }};
        require('./lean.cjs');
    """
    done = subprocess.run([find_node().path, "-e", program], cwd=folder, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    return json.loads(done.stdout)


def test_exports_that_nothing_reads_are_neither_declared_nor_assigned() -> None:
    glue = derive_glue(ORIGINAL)
    assert b"var _used_by_glue,_setThrew,wasmTable;function assignWasmExports" in glue
    assert b'_used_by_glue=Module["_used_by_glue"]=wasmExports["used_by_glue"];_setThrew=' in glue
    assert b"_l_Nat_add" not in glue
    assert b"_l_Nat_sub" not in glue


def test_it_starts_without_tables_of_all_exports_and_without_threads(tmp_path: Path) -> None:
    # Merging, filling the offset table and scanning throw in this glue, so reaching the end shows that none is done.
    seen = run_glue(tmp_path, "console.log(JSON.stringify({ used: seen.used, threads: internals.PThread.started }))")
    assert seen == {"used": "used", "threads": 0}


def test_names_are_resolved_among_imports_then_exports_then_invoke(tmp_path: Path) -> None:
    script = """
        const kind = name => { const found = seen.resolveGlobalSymbol(name); return found?.call ? found() ?? 'import' : found };
        console.log(JSON.stringify({ a: kind('fromJs'), b: kind('l_Nat_add'), c: kind('invoke_vi'), d: kind('none') ?? null }));
    """
    assert run_glue(tmp_path, script) == {"a": "import", "b": 9, "c": "invoked", "d": None}


def test_lean_is_told_no_path_of_the_host(tmp_path: Path) -> None:
    assert run_glue(tmp_path, "console.log(JSON.stringify({ path: seen.ASM_CONSTS[3]() }))") == {"path": "/bin/lean.wasm"}


def test_dlsym_answers_slots_addresses_and_unknown_names(tmp_path: Path) -> None:
    script = """
        const names = ['l_Nat_add', 'l_data', 'used_by_glue', 'fromJs', 'nowhere'];
        console.log(JSON.stringify({ values: names.map(name => seen.__dlsym_js(0, name, 0)), errors: seen.errors }));
    """
    expected = {"values": [42, 1000, 77, 0, 0], "errors": ["unknown symbol fromJs", "unknown symbol nowhere"]}  # no JavaScript
    assert run_glue(tmp_path, script) == expected


def test_views_follow_a_memory_that_grew(tmp_path: Path) -> None:
    script = """
        const before = internals.HEAPU8.length; seen.grow(64);
        console.log(JSON.stringify({ before, after: ['HEAP8', 'HEAPU8', 'HEAPU32'].map(n => internals[n].byteLength),
            missing: ['FS', 'NODEFS', 'ENV', 'mem', 'ex', 'GOT', 'addFunction', 'getFunctionAddress', 'UTF8ToString',
                      'stackSave', 'stackRestore', 'setThrew', 'initRuntime', 'PThread'].filter(n => !internals[n]),
            table: 'table' in internals }));
    """
    assert run_glue(tmp_path, script) == {"before": 8, "after": [64, 64, 64], "missing": [], "table": True}


def test_progress_messages_are_silent_and_assertions_leave_stdout_alone(tmp_path: Path) -> None:
    script = """
        const said = []; console.error = text => said.push(text);
        seen.ASM_CONSTS[1](5); seen.ASM_CONSTS[2]();
        console.log(JSON.stringify({ said }));
    """
    assert run_glue(tmp_path, script) == {"said": ["[DEBUG:ASSERT] ASSERTION VIOLATION:"]}


@pytest.mark.parametrize("rewrite", REWRITES, ids=[rewrite.why for rewrite in REWRITES])
def test_a_rewrite_that_does_not_match_once_is_named(rewrite: Rewrite) -> None:
    with pytest.raises(SetupFailed, match=f"{rewrite.why}: expected .* once, found it 0 times"):
        derive_glue(ORIGINAL.replace(rewrite.old, b""))
    with pytest.raises(SetupFailed, match=f"{rewrite.why}: expected .* once, found it 2 times"):
        derive_glue(ORIGINAL.replace(rewrite.old, rewrite.old * 2))


@pytest.mark.parametrize(
    ("landmark", "message"),
    [
        (b"function assignWasmExports(wasmExports){", "the function that assigns the exports"),
        (b",wasmTable;", "the declaration of the variables"),
        (b"var __dlsym_js=", "the lookup of compiled functions by name"),
        (b'__dlsym_js.sig="pppp";', "has no end"),
        (b"[DEBUG:", "progress messages"),
    ],
)
def test_a_missing_landmark_is_named(landmark: bytes, message: str) -> None:
    with pytest.raises(SetupFailed, match=message):
        derive_glue(ORIGINAL.replace(landmark, b""))


def test_deriving_twice_is_refused() -> None:
    with pytest.raises(SetupFailed):
        derive_glue(derive_glue(ORIGINAL))
