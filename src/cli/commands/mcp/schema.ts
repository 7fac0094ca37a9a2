/** Schemas that several tools share, and their JSON Schema, which is made only for who asks what tools there are. */
import { toJsonSchema } from "@valibot/to-json-schema";
import type { Tool } from "@modelcontextprotocol/server";
import * as v from "valibot";

const said = <T extends v.GenericSchema>(schema: T, about: string) => v.pipe(schema, v.description(about));

const isJson = (value: unknown): boolean => value !== undefined;
/** Any JSON, as it is: valibot's own record would leave out a member called `__proto__`. */
const json = v.custom<unknown>(isJson, "it is left out");
export const anyValue = (about: string) => v.pipe(json, v.description(about));

export const text = (about: string) => said(v.string(), about);
export const optional = v.exactOptional;
export const integer = (about: string, least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(about));

/** Typed one by one, so that no client sends the text of a value for the value. */
const ANY = {
  anyOf: [
    { type: "string" },
    { type: "number" },
    { type: "boolean" },
    { type: "null" },
    { type: "array", items: {} },
    { type: "object" },
  ],
} as const;

/** @param input the schema of an object */
export function jsonSchemaOf(input: v.GenericSchema): Tool["inputSchema"] {
  const { $schema: _, ...schema } = toJsonSchema(input as never, {
    typeMode: "input",
    // What every number that JSON carries whole is within need not be said.
    overrideAction: ({ valibotAction, jsonSchema }) =>
      Math.abs(Number((valibotAction as { requirement?: unknown }).requirement)) === Number.MAX_SAFE_INTEGER
        ? jsonSchema
        : undefined,
    overrideSchema: ({ valibotSchema }) => valibotSchema === json ? { ...ANY } as never : undefined,
  });
  // An empty list of what is required was no valid schema for long (JSON Schema draft 4).
  if (schema.required?.length === 0) delete schema.required;
  return schema as Tool["inputSchema"];
}
