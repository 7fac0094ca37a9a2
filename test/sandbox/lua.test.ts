import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { BerthError } from "../../src/errors/errors.ts";
import { type LuaData, type LuaLimits, runLua, show } from "../../src/sandbox/lua.ts";
import { projectRoot } from "../../src/sandbox/files.ts";
import { makeField, SECRET } from "../support/field.ts";

// Every script is a process of its own, and some run until they are killed.
setDefaultTimeout(60_000);

interface Ran {
  readonly code: string;
  readonly message: string;
  readonly values: readonly LuaData[];
  readonly globals: LuaData;
  readonly bytes: number;
  readonly dropped: readonly { name: string; reason: string }[];
  readonly printed: string;
}

interface Options {
  readonly globals?: LuaData;
  readonly root?: string;
  readonly limits?: Partial<LuaLimits>;
  readonly permissions?: { write: boolean; delete: boolean };
  readonly file?: string;
}

async function run(code: string | Uint8Array, options: Options = {}): Promise<Ran> {
  let printed = "";
  const onPrint = (text: string) => void (printed += text);
  const { file = null, globals = {} } = options;
  using root = options.root === undefined ? null : await projectRoot(options.root);
  const failed = { values: [], globals: {}, bytes: 0, dropped: [] };
  try {
    const outcome = await runLua({ ...options, code, file, root, globals, session: "ex--lua_00", onPrint });
    return { code: "none", message: "", ...outcome, printed };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    return { code: error.code, message: error.message, ...failed, printed };
  }
}

const values = async (code: string, options?: Options) => {
  const ran = await run(code, options);
  expect(ran.message).toBe("");
  return ran.values;
};

describe("scripts", () => {
  test("values, an expression, several results, what print shows", async () => {
    expect(await values("1 + 1")).toEqual([2]);
    expect(await values("return 'a', nil, true, {1, 2}, {k = 'v'}")).toEqual(["a", null, true, [1, 2], {
      k: "v",
    }]);
    const ran = await run(
      "print(1, 1.0, nil, 'é'); print(setmetatable({}, {__tostring = function() return 'T' end}))",
    );
    expect(ran.printed).toBe("1\t1.0\tnil\té\nT\n");
    expect(ran.values).toEqual([]);
  });

  test("values as they are printed", async () => {
    const shown =
      (await values("return 1, 1.0, 1/0, -(0/0), 2^53, math.mininteger, 'x', '\\xff', {1}, nil, print")).map(
        show,
      );
    expect(shown).toEqual([
      "1",
      "1.0",
      "inf",
      "nan",
      "9007199254740992.0",
      "-9223372036854775808",
      "x",
      "�",
      "[1]",
      "nil",
      "(function)",
    ]);
  });

  test("an error names file and line; a shebang line does not move the lines", async () => {
    const ran = await run("#!/usr/bin/env lua\nlocal x = nil\nx()", { file: "job.lua" });
    expect([ran.code, ran.message]).toEqual([
      "lua_error",
      "Script failed: job.lua:3: attempt to call a nil value (local 'x')",
    ]);
    expect((await run("x =")).message).toContain("unexpected symbol near <eof>");
    expect((await run("error({})")).message).toBe("Script failed: (error object is a table value)");
    expect((await run("error(setmetatable({}, {__tostring = function() while true do end end}))")).code).toBe(
      "lua_error",
    );
    expect((await run("coroutine.yield(1)")).code).toBe("lua_error");
  });

  test("the libraries that are there, and no others", async () => {
    const [names] = await values(
      "local t = {} for k in pairs(_G) do t[#t + 1] = k end table.sort(t) return t",
    );
    expect(names).toEqual([
      "_G",
      "_VERSION",
      "assert",
      "berth",
      "collectgarbage",
      "coroutine",
      "error",
      "getmetatable",
      "ipairs",
      "load",
      "math",
      "next",
      "pairs",
      "pcall",
      "print",
      "rawequal",
      "rawget",
      "rawlen",
      "rawset",
      "select",
      "setmetatable",
      "string",
      "table",
      "tonumber",
      "tostring",
      "type",
      "utf8",
      "xpcall",
    ]);
    expect(await values("return os, io, package, require, debug, dofile, loadfile, string.dump, warn"))
      .toEqual(Array(9).fill(null));
    expect(await values("return berth.session_id, _VERSION")).toEqual(["ex--lua_00", "Lua 5.4"]);
  });
});

describe("state", () => {
  test("plain data survives from script to script, exactly", async () => {
    const first = await run(`
      count = 1; name = "é\\n\\0x"; yes = false; f = 1.0; big = math.maxinteger; small = math.mininteger
      inf, ninf, nan, zero = 1/0, -1/0, 0/0, -0.0; raw = "\\xff\\x00\\xfe"; empty = {}; list = {1, {2}, "3"}
      mixed = {1, 2, x = 3, [10] = 4, [true] = 5, [2.5] = 6}; nested = {a = {b = {c = "d"}}}; huge = 1e300; frac = 0.1`);
    expect(first.message).toBe("");
    expect(first.dropped).toEqual([]);
    const check = `
      assert(count == 1 and math.type(count) == "integer" and name == "é\\n\\0x" and yes == false)
      assert(math.type(f) == "float" and f == 1 and big == math.maxinteger and small == math.mininteger)
      assert(inf == 1/0 and ninf == -1/0 and nan ~= nan and 1/zero == -1/0 and raw == "\\xff\\x00\\xfe")
      assert(next(empty) == nil and #list == 3 and list[2][1] == 2 and nested.a.b.c == "d")
      assert(mixed[1] == 1 and mixed[2] == 2 and mixed.x == 3 and mixed[10] == 4 and mixed[true] == 5 and mixed[2.5] == 6)
      assert(huge == 1e300 and frac == 0.1)`;
    const kept = JSON.parse(JSON.stringify(first.globals));
    const second = await run(check, { globals: kept });
    expect(second.message).toBe("");
    expect(second.globals).toEqual(kept);
    expect(second.bytes).toBe(Buffer.byteLength(JSON.stringify(kept)));
  });

  test("what cannot be kept is named, with its reason", async () => {
    const ran = await run(`
      f = function() end; t = {ok = 1, g = print, deep = {[print] = 1, c = coroutine.create(print)}}
      loop = {}; loop.self = loop; m = setmetatable({v = 1}, {}); string = nil; print = function() end; [=[]=]`
      .replace("; [=[]=]", ""));
    expect(ran.globals).toEqual({ t: { ok: 1, deep: {} }, loop: {}, m: { v: 1 } });
    expect(ran.dropped.map(({ name, reason }) => `${name}: ${reason}`).sort()).toEqual([
      "f: a function cannot be kept",
      "loop.self: a table that contains itself cannot be kept",
      "m: its metatable cannot be kept; its content is",
      "print: a name of the library is what it was again in the next script",
      "t.deep.c: a thread cannot be kept",
      "t.deep: a key that is no string, number or boolean cannot be kept",
      "t.g: a function cannot be kept",
    ]);
  });

  test("a shared table is kept twice; a bomb of shared tables is a limit, not a hang", async () => {
    expect((await run("local s = {1}; a = {s, s}")).globals).toEqual({ a: [[1], [1]] });
    expect((await run("t = {} for _ = 1, 60 do t = {t, t} end")).code).toBe("lua_state_limit");
  });

  test("names that mean something to JavaScript are data like all others", async () => {
    const code = `__proto__ = {polluted = 1}; constructor = {prototype = {x = 1}}
      t = {__proto__ = {admin = true}, ["$lua"] = "float", value = "x"}; u = {["$lua"] = "bytes"}`;
    const first = await run(code);
    expect(first.message).toBe("");
    const kept = JSON.parse(JSON.stringify(first.globals));
    expect(JSON.stringify(kept)).not.toMatch(/"(__proto__|constructor|prototype)":/);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const again = await values(
      "return __proto__.polluted, constructor.prototype.x, t.__proto__.admin, t['$lua'], u['$lua']",
      { globals: kept },
    );
    expect(again).toEqual([1, 1, true, "float", "bytes"]);
  });

  test("forged state from the record is refused or harmless", async () => {
    for (const text of ['{"__proto__": {"x": 1}}', '{"a": {"constructor": 1}}']) {
      expect((await run("return 1", { globals: JSON.parse(text) })).code).toBe("lua_crashed");
    }
    const forged = {
      a: { $lua: "function" },
      b: { $lua: "table", pairs: "x" },
      c: { $lua: "float", value: "alert(1)" },
    };
    expect(await values("return type(a), type(b), type(c)", { globals: forged })).toEqual([
      "table",
      "table",
      "number",
    ]);
    expect((await run("return 1", { globals: { a: { $lua: "integer", value: "x" } } })).code).not.toBe(
      "none",
    );
  });

  test("globals by number are kept as well", async () => {
    const ran = await run("_G[1] = 'one' _G[2] = 'two'");
    expect(ran.globals).toEqual({ $lua: "table", pairs: [[1, "one"], [2, "two"]] });
    expect(await values("return _G[1], _G[2]", { globals: ran.globals })).toEqual(["one", "two"]);
  });

  test("an error or a limit keeps nothing", async () => {
    const globals = { x: 1 };
    for (const code of ["x = 2 error('no')", "x = 2 while true do end", "x = 2 big = ('y'):rep(1000000)"]) {
      const ran = await run(code, { globals, limits: { time: 1 } });
      expect(ran.code).not.toBe("none");
      expect(ran.globals).toEqual({});
    }
  });

  test("state that grows by a little at every call meets its limit, and stays usable", async () => {
    let globals: LuaData = { log: [] };
    let code = "none";
    let rounds = 0;
    while (code === "none" && rounds < 50) {
      const ran = await run("log[#log + 1] = ('x'):rep(400) return #log", {
        globals,
        limits: { state: 4000 },
      });
      code = ran.code;
      if (code === "none") globals = JSON.parse(JSON.stringify(ran.globals));
      rounds++;
    }
    expect([code, rounds]).toEqual(["lua_state_limit", 10]);
    expect(await values("log = nil return 'smaller'", { globals, limits: { state: 4000 } })).toEqual([
      "smaller",
    ]);
  });

  test("any data goes through a script unchanged", async () => {
    const { value } = fc.letrec<{ value: LuaData }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: "grapheme" }),
        fc.maxSafeInteger(),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Number.isInteger(x)),
        fc.array(tie("value"), { minLength: 1, maxLength: 4 }),
        fc.dictionary(fc.string({ minLength: 1 }).map((s) => `k${s}`), tie("value"), { maxKeys: 4 }),
      ),
    }));
    const globals = Object.fromEntries(fc.sample(value, 300).map((data, i) => [`g${i}`, data]));
    const plain = JSON.parse(JSON.stringify(globals));
    const ran = await run("", { globals: plain, limits: { state: 8 * 1024 * 1024 } });
    expect(ran.message).toBe("");
    expect(ran.globals).toEqual(plain);
    expect(ran.dropped).toEqual([]);
  });
});

describe("files", () => {
  test("the bridge reads, writes, lists and deletes inside the root", async () => {
    using field = makeField();
    const code = `
      assert(berth.mkdir_p("a/b")); assert(berth.write_file("a/b/x.bin", "\\0\\xff binary"))
      assert(berth.read_file("a/b/x.bin") == "\\0\\xff binary")
      assert(berth.file_exists("a/b") and berth.is_dir("a/b") and berth.is_file("a/b/x.bin") and not berth.file_exists("nope"))
      local stat = berth.file_stat("a/b/x.bin")
      assert(berth.glob("**/*.bin")[1] == "a/b/x.bin")
      local list = berth.list_dir("a")
      assert(berth.delete_file("a/b/x.bin"))
      return stat.type, stat.size, list`;
    expect(await values(code, { root: field.root })).toEqual(["file", 9, ["b"]]);
    expect(readdirSync(join(field.root, "a/b"))).toEqual([]);
  });

  test("every way out is closed, with nil, a message and a code", async () => {
    using field = makeField();
    symlinkSync(field.outside, join(field.root, "out"));
    const before = field.snapshot();
    const code = `
      local codes = {}
      for _, path in ipairs { "../outside/secret.txt", "/etc/passwd", "out/secret.txt", "a\\0b", "", "\\xff" } do
        for _, name in ipairs { "read_file", "list_dir", "file_stat", "mkdir_p", "delete_file", "file_exists", "is_file", "is_dir" } do
          local value, message, code = berth[name](path)
          assert(value == nil and type(message) == "string", name)
          codes[code] = true
        end
        local value, _, code = berth.write_file(path, "attack")
        assert(value == nil); codes[code] = true
        value, _, code = berth.glob("*", path)
        assert(value == nil); codes[code] = true
      end
      local list = {} for code in pairs(codes) do list[#list + 1] = code end table.sort(list) return list`;
    const [codes] = await values(code, { root: field.root });
    expect(codes).toEqual([
      "invalid_path",
      "path_escapes_boundary",
      "path_outside_boundary",
      "symlink_escapes_boundary",
    ]);
    expect(field.snapshot()).toBe(before);
    expect(before).toContain(SECRET);
  });

  test("wrong arguments are errors of the script", async () => {
    using field = makeField();
    for (
      const call of ["read_file()", "read_file(1)", "write_file('x')", "write_file('x', {})", "glob({})"]
    ) {
      expect((await run(`berth.${call}`, { root: field.root })).message).toContain("bad argument");
    }
  });

  test("without permission, and without a root, nothing is written", async () => {
    using field = makeField();
    mkdirSync(join(field.root, "d"));
    writeFileSync(join(field.root, "f"), "x");
    const code = `local codes = {}
      for _, call in ipairs { function() return berth.write_file("n", "x") end, function() return berth.mkdir_p("n") end,
        function() return berth.delete_file("f") end } do codes[#codes + 1] = (select(3, call())) end
      return codes`;
    const permissions = { write: false, delete: false };
    expect(await values(code, { root: field.root, permissions })).toEqual([
      Array(3).fill("permission_denied"),
    ]);
    expect(
      await values("return (select(3, berth.delete_file('f'))), berth.write_file('n', '')", {
        root: field.root,
        permissions: { write: true, delete: false },
      }),
    ).toEqual(["permission_denied", true]);
    expect(await values("return (select(3, berth.read_file('f')))")).toEqual(["no_project_root"]);
  });

  test("files written before an error stay: the rollback is of the state", async () => {
    using field = makeField();
    const ran = await run("berth.write_file('kept', 'x') y = 1 error('no')", { root: field.root });
    expect(ran.code).toBe("lua_error");
    expect(readFileSync(join(field.root, "kept"), "utf8")).toBe("x");
  });

  test("the bridge works inside a coroutine, and under pcall", async () => {
    using field = makeField();
    const code = `berth.write_file("x", "inside")
      local co = coroutine.wrap(function() coroutine.yield(berth.read_file("x")); coroutine.yield(berth.list_dir(".")) end)
      return co(), co()[1], select(2, pcall(berth.read_file, "x"))`;
    expect(await values(code, { root: field.root })).toEqual(["inside", "x", "inside"]);
  });
});

describe("attacks", () => {
  test.each([
    ["a loop", "while true do end"],
    ["a loop inside pcall", "while true do pcall(function() while true do end end) end"],
    ["a loop in a coroutine", "coroutine.wrap(function() while true do end end)()"],
    ["endless coroutines", "while true do coroutine.wrap(function() coroutine.yield() end)() end"],
    ["a pattern that backtracks", "return ('a'):rep(100000):find('.-.-.-.-b$')"],
    ["a loop in a metamethod", "return setmetatable({}, {__index = function() while true do end end}).x"],
    ["a loop in __gc", "setmetatable({}, {__gc = function() while true do end end}) collectgarbage()"],
    ["a loop in __close", "local x <close> = setmetatable({}, {__close = function() while true do end end})"],
    ["a loop in __tostring", "print(setmetatable({}, {__tostring = function() while true do end end}))"],
    ["a loop in a sort", "table.sort({3, 2, 1}, function() while true do end end)"],
    [
      "a table.concat without end",
      "local t = setmetatable({}, {__index = function() return '' end, __len = function() return 1 << 60 end}) table.concat(t, '')",
    ],
    ["loops in loaded code", "load('while true do end')()"],
  ])("%s is stopped by the clock", async (_, code) => {
    const ran = await run(code, { limits: { time: 0.5 } });
    expect([ran.code, ran.message]).toEqual([
      "lua_time_limit",
      "Script stopped: it ran longer than 0.5 seconds",
    ]);
  });

  test.each([
    ["a table that grows", "local t = {} while true do t[#t + 1] = {} end"],
    ["string.rep", "return ('x'):rep(1 << 40)"],
    ["string.rep of a large string", "return ('x'):rep(1 << 20):rep(1 << 20)"],
    ["a doubled string", "local s = 'x' while true do s = s .. s end"],
    ["table.concat", "local t = {} for i = 1, 1e5 do t[i] = ('x'):rep(10000) end return table.concat(t)"],
    ["many coroutines", "local t = {} while true do t[#t + 1] = coroutine.create(function() end) end"],
    ["a cascade of gsub", "local s = 'x' while true do s = s:gsub('x', 'xxxxxxxx') end"],
  ])("memory taken by %s is refused", async (_, code) => {
    const ran = await run(code, { limits: { memory: 16 * 1024 * 1024 } });
    expect(["lua_memory_limit", "lua_error"]).toContain(ran.code);
    expect(ran.message).toMatch(/memory|too large|overflow/);
  });

  test("a script that catches the refusal goes on with less", async () => {
    expect(await values("local ok = pcall(string.rep, 'x', 1 << 28) return ok, #('y'):rep(1000)")).toEqual([
      false,
      1000,
    ]);
  });

  test("resident memory is watched from outside as well", async () => {
    const MB = 1024 * 1024;
    const code = "local t = {} for i = 1, 40 do t[i] = ('x'):rep(1 << 20) .. i end while true do end";
    const ran = await run(code, { limits: { memory: 100 * MB, overhead: -70 * MB, time: 30 } });
    expect(ran.code).toBe("lua_memory_limit");
  });

  test.each([
    ["calls", "local function f() return 1 + f() end f()"],
    ["calls through pcall", "local function f() pcall(f) return f() end f()"],
    [
      "metamethods",
      "local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k .. 'x'] end return t.x",
    ],
    ["nested coroutines", "local function f() coroutine.wrap(f)() end f()"],
    ["nested source", "load(('('):rep(1e5) .. '1' .. (')'):rep(1e5))() error('not reached')"],
    ["gsub", "local function f() return (('x'):gsub('x', f)) end f()"],
    ["a table too deep to keep", "t = {} local u = t for i = 1, 1e5 do u[1] = {} u = u[1] end"],
  ])("deep recursion of %s ends in an error or in data", async (_, code) => {
    const ran = await run(code, { limits: { time: 2 } });
    expect(["lua_error", "lua_memory_limit", "lua_time_limit", "none"]).toContain(ran.code);
    expect(ran.code === "none" ? ran.dropped.length : 1).toBe(1);
  });

  test("bytecode is neither made nor loaded", async () => {
    const code =
      `local ok1, e1 = load("\\27Lua", "x", "b") local ok2, e2 = load(function() return "\\27Lua" end)
      return ok1, ok2, string.dump`;
    expect(await values(code)).toEqual([null, null, null]);
    expect((await run("\x1bLua")).code).toBe("lua_error");
    expect(await values("return load('return x', 'n', 't', {x = 7})()")).toEqual([7]);
  });

  test("a poisoned string metatable and library last for one script", async () => {
    const poison = `getmetatable("").__index = function() return function() return "poisoned" end end
      string.upper = nil; table.concat = nil; tostring = nil; setmetatable(_G, {__index = function() return "poisoned" end})
      print(1) kept = "fine"`;
    const first = await run(poison);
    expect([first.code, first.printed, first.globals]).toEqual(["none", "1\n", { kept: "fine" }]);
    expect(
      await values("return ('x'):upper(), undefined_name, table.concat({1, 2}), kept", {
        globals: first.globals,
      }),
    )
      .toEqual(["X", null, "12", "fine"]);
  });

  test("a metatable on the globals does not run while they are kept", async () => {
    const code =
      `setmetatable(_G, {__pairs = function() while true do end end, __index = function() while true do end end,
      __newindex = function() end, __gc = function() while true do end end}) rawset(_G, "x", 1)`;
    expect((await run(code, { limits: { time: 20 } })).globals).toEqual({ x: 1 });
  });

  test("finalizers do not run after the script: its result stands", async () => {
    const code =
      "keep = setmetatable({}, {__gc = function() while true do end end}) keep = nil x = 1 return 'done'";
    const ran = await run(code, { limits: { time: 20 } });
    expect([ran.values, ran.globals]).toEqual([["done"], { x: 1 }]);
  });

  test("nothing of JavaScript is within reach", async () => {
    const code = `
      local seen, found = {}, {}
      local function look(value, path)
        local kind = type(value)
        if kind == "userdata" then found[#found + 1] = path end
        if kind ~= "table" or seen[value] then return end
        seen[value] = true
        for k, v in next, value do look(k, path .. ".key") look(v, path .. "." .. tostring(k)) end
        local meta = getmetatable(value)
        if meta then look(meta, path .. ".meta") end
      end
      look(_G, "_G") look(getmetatable(""), "string")
      return found, berth.constructor, berth.__proto__, berth.read_file.constructor`;
    expect((await run(code)).message).toContain("attempt to index a function value");
    expect(await values(code.replace(", berth.read_file.constructor", ""))).toEqual([{}, null, null]);
  });

  test("100 MB of output end at the limit", async () => {
    const ran = await run("local s = ('x'):rep(1 << 20) for i = 1, 100 do pcall(print, s) end", {
      limits: { output: 100_000 },
    });
    expect(ran.code).toBe("lua_output_limit");
    expect(ran.printed.length).toBeLessThanOrEqual(100_000);
    const many = await run("while true do pcall(print) end", { limits: { output: 100_000 } });
    expect(many.code).toBe("lua_output_limit");
    expect((await run("return ('x'):rep(2000000)")).code).toBe("lua_output_limit");
    const same = "local s, t = ('x'):rep(900000), {} for i = 1, 5000 do t[i] = s end return table.unpack(t)";
    expect((await run(same)).code).toBe("lua_output_limit");
    const most = "local t = {} for i = 1, 999000 do t[i] = 1 end return table.unpack(t)";
    expect((await run(most)).code).toMatch(/^lua_(output_limit|memory_limit|error)$/);
    expect((await run("error(('x'):rep(5000000))")).message.length).toBeLessThan(5000);
  });

  test("what a script may write to files in all is limited", async () => {
    using field = makeField();
    const code = `local mb = ("x"):rep(10 << 20)
      for i = 1, 20 do local ok, why, code = berth.write_file("same", mb) if not ok then return i, code end end`;
    expect(await values(code, { root: field.root })).toEqual([11, "too_large"]);
  });

  test("collectgarbage cannot be tuned", async () => {
    expect(await values("return type(collectgarbage('count')), (collectgarbage())")).toEqual(["number", 0]);
    for (const option of ["stop", "generational", "incremental", "setpause"]) {
      expect((await run(`collectgarbage("${option}")`)).code).toBe("lua_error");
    }
  });

  test("two scripts at once do not disturb each other", async () => {
    const both = await Promise.all([run("x = 1 print('a') return 'a'"), run("y = 2 print('b') return 'b'")]);
    expect(both.map(({ values, globals, printed }) => [values, globals, printed])).toEqual([
      [["a"], { x: 1 }, "a\n"],
      [["b"], { y: 2 }, "b\n"],
    ]);
  });
});

test("a parent that is killed takes its child with it", async () => {
  using field = makeField();
  const parent = Bun.spawn(
    [process.execPath, join(import.meta.dir, "../support/lua-parent.ts"), field.root],
    {
      stdout: "pipe",
    },
  );
  const { value } = await parent.stdout.getReader().read();
  const pid = Number(new TextDecoder().decode(value));
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  parent.kill("SIGKILL");
  await parent.exited;
  const end = Date.now() + 20_000;
  while (existsSync(`/proc/${pid}`) && Date.now() < end) await Bun.sleep(5);
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});
