/**
 * What a script finds: the pure libraries, without what loads bytecode or reaches the machine, and `berth`.
 *
 * The host's functions arrive as arguments and stay locals of these closures; with no `debug` library a script
 * cannot reach them. Failures follow the custom of Lua's own io library: nil, message, code.
 */
export const PRELUDE = `
local emit, host = ...
local type, tostring, select, error, raw_load, raw_collect = type, tostring, select, error, load, collectgarbage
local concat = table.concat

string.dump = nil
dofile, loadfile, warn = nil, nil, nil

function print(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
  emit(concat(parts, "\\t") .. "\\n")
end

function load(chunk, name, _, ...)
  if select("#", ...) > 0 then return raw_load(chunk, name, "t", (...)) end
  return raw_load(chunk, name, "t")
end

function collectgarbage(option)
  option = option or "collect"
  if option ~= "collect" and option ~= "count" and option ~= "step" then
    error("collectgarbage takes collect, step or count here", 2)
  end
  return raw_collect(option)
end

local function want(value, wanted, position, name)
  if type(value) ~= wanted then
    error(("bad argument #%d to '%s' (%s expected, got %s)"):format(position, name, wanted, type(value)), 3)
  end
end

local function path_function(name)
  return function(path)
    want(path, "string", 1, name)
    return host(name, path)
  end
end

berth = {}
for _, name in ipairs { "read_file", "list_dir", "file_exists", "file_stat", "is_file", "is_dir", "mkdir_p", "delete_file" } do
  berth[name] = path_function(name)
end
function berth.write_file(path, content)
  want(path, "string", 1, "write_file")
  want(content, "string", 2, "write_file")
  return host("write_file", path, content)
end
function berth.glob(pattern, path)
  want(pattern, "string", 1, "glob")
  if path ~= nil then want(path, "string", 2, "glob") end
  return host("glob", pattern, path or ".")
end

return function() raw_collect("stop") end
`;
