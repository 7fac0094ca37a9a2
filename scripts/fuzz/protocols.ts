/** Readers of what other programs, other machines and terminals send. */
import { decodeKeys } from "../../src/cli/commands/top/screen/keys.ts";
import { Lines } from "../../src/cli/commands/mcp/lines.ts";
import { hear, type Heard, hearTooLong } from "../../src/cli/commands/mcp/message.ts";
import { parseMark } from "../../src/facts/run-mark.ts";
import { parseFileName, parsePtyPipe } from "../../src/facts/windows-pipe.ts";
import { parseFileTime, parseProcessList } from "../../src/facts/windows-records.ts";
import { decodeOrder, encodeOrder, MarkReader } from "../../src/fleet/token.ts";
import { bytes, hold, ofText, type Target } from "./target.ts";

const call = JSON.stringify({
  jsonrpc: "2.0",
  id: 7,
  method: "tools/call",
  params: { name: "state_set", arguments: { key: "k", value: [1, "two", null] } },
});
const MARK = "00112233445566778899aabbccddeeff";
const MCP_LIMIT = 96;

export const PROTOCOLS: readonly Target[] = [
  {
    name: "lines of MCP",
    samples: [
      bytes(`${call}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n`),
      bytes(`[${call},${call}]\n{"jsonrpc":"2.0","id":"a","result":{"roots":[]}}\n`),
    ],
    read(data) {
      for (const limit of [1 << 20, MCP_LIMIT]) {
        const heard: Heard[] = [];
        const lines = new Lines(limit, {
          line: (line) => heard.push(...hear(line)),
          tooLong: (line) => heard.push(hearTooLong(line, limit)),
        });
        // However it comes in.
        for (let at = 0; at < data.length; at += 37) lines.push(data.subarray(at, at + 37));
        lines.end();
        JSON.stringify(heard);
      }
    },
  },
  ofText(
    "an order of another machine's",
    [encodeOrder({ v: 1, argv: ["sh", "-c", "true"], self: false, mark: MARK })],
    (token) => {
      const { argv } = decodeOrder(token);
      hold("a word is no text", argv.every((word) => typeof word === "string"));
    },
  ),
  {
    name: "what comes before a command there",
    samples: [bytes(`motd\n\x1eberth ${MARK} begins\nout\n\x1eberth ${MARK} 7\n`)],
    read(data) {
      let passed = 0;
      const reader = new MarkReader(MARK, (words) => passed += words.length);
      for (let at = 0; at < data.length; at += 5) reader.push(Buffer.from(data.subarray(at, at + 5)));
      reader.end();
      hold("more came out than went in", passed <= data.length);
    },
  },
  ofText(
    "keys of a terminal",
    ["n\x1b[A\x1b[1;5B\r\x1b[200~pasted\x1b[201~q", "\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?1;2c\x1bOP"],
    (sent) => {
      let rest = "";
      for (let at = 0; at < sent.length; at += 3) {
        rest = decodeKeys(rest + sent.slice(at, at + 3), false).rest;
      }
      hold("something is kept back for ever", decodeKeys(rest, true).rest === "");
    },
  ),
  ofText("the mark of a run", ["/memfd:berth-run:uuid--a:3 (deleted)", "/dev/null"], (link) => {
    const mark = parseMark(link);
    if (mark.ok) hold("a mark has other characters", /^[A-Za-z0-9._-]+$/.test(mark.value.session));
  }),
  {
    name: "records of Windows",
    samples: [
      Uint8Array.from([8, 0, 0, 0, 92, 0, 109, 0, 115, 0, 121, 0]),
      bytes("\x10\0\0\0\\\0c\0y\0g\0w\0i\0n\0"),
    ],
    read(data) {
      parseFileTime(data);
      for (const count of [0, 1, data.length >> 2, data.length]) parseProcessList(data, count);
      const name = parseFileName(data);
      if (name.ok) parsePtyPipe(name.value);
    },
  },
  ofText("the pipe of an msys terminal", ["\\msys-dd50a72ab4668b33-pty0-from-master"], (name) => {
    const pty = parsePtyPipe(name);
    if (pty !== null) {
      hold("it has other characters", /^[a-z0-9-]+$/.test(pty.pipe) && /^pty\d+$/.test(pty.pty));
    }
  }),
];
