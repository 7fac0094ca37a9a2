import { callFor, planFor, RESULT, streamed, textFor, type Tool } from "./plan.ts";

interface Schema {
  readonly type?: string;
  readonly properties?: Record<string, Schema>;
  readonly required?: readonly string[];
}
interface Body {
  readonly contents?: readonly {
    readonly role?: string;
    readonly parts?: readonly { readonly text?: string; readonly functionResponse?: unknown }[];
  }[];
  readonly tools?: readonly {
    readonly functionDeclarations?: readonly {
      readonly name: string;
      readonly parametersJsonSchema?: Schema;
      readonly parameters?: Schema;
    }[];
  }[];
  readonly generationConfig?: { readonly responseJsonSchema?: Schema; readonly responseSchema?: Schema };
}

/** Gemini's generateContent, as much of it as Gemini CLI needs. */
export function gemini(
  { contents = [], tools: given = [], generationConfig }: Body,
  stream: boolean,
): Response {
  const parts = contents.flatMap(({ role, parts = [] }) => role === "model" ? [] : parts);
  const plan = planFor(
    parts.flatMap(({ text, functionResponse }) =>
      functionResponse !== undefined ? [RESULT] : text === undefined ? [] : [text]
    ),
  );
  const tools = given.flatMap(({ functionDeclarations = [] }) => functionDeclarations).map((one): Tool => ({
    name: one.name,
    parameters: small(one.parametersJsonSchema ?? one.parameters ?? {}),
  }));
  const call = callFor(plan, tools);
  const wanted = generationConfig?.responseJsonSchema ?? generationConfig?.responseSchema;
  const chunk = (part: unknown, over: boolean) => ({
    candidates: [{
      index: 0,
      content: { role: "model", parts: [part] },
      ...over ? { finishReason: "STOP" } : {},
    }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 10, totalTokenCount: 20 },
    modelVersion: "fake",
  });
  const whole = call === undefined
    // It asks which model is to answer, and such things, by a schema.
    ? { text: wanted === undefined ? "done" : JSON.stringify(filled(small(wanted))) }
    : { functionCall: { name: call.name, args: call.args }, thoughtSignature: "ZmFrZQ==" };
  if (!stream) return Response.json(chunk(whole, true));
  return streamed(async function* () {
    const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
    if (call === undefined) {
      for await (const text of textFor(plan, tools)) yield event(chunk({ text }, false));
    }
    yield event(chunk(call === undefined ? { text: " " } : whole, true));
  });
}

/** Types are in capitals in some of its schemas. */
const small = (schema: Schema): Schema =>
  JSON.parse(
    JSON.stringify(schema),
    (key, value) => key === "type" && typeof value === "string" ? value.toLowerCase() : value,
  );

function filled({ type, properties = {} }: Schema): unknown {
  if (type === "object") {
    return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, filled(value)]));
  }
  if (type === "array") return [];
  return type === "boolean" ? false : type === "number" || type === "integer" ? 1 : "fake";
}
