import type { Context } from "../command.ts";
import { build } from "./version.ts";

/** How long the end of a run may be held up, in milliseconds. */
const PATIENCE_MS = 1000;

/** A run that is over, as far as a trace tells of it. */
export interface RunTold {
  readonly session: string;
  /** What was started; of it the program's name alone is told. */
  readonly program: string;
  /** ms since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** The exit status, 128 + n for a signal; null where it was not started. */
  readonly exitCode: number | null;
}

type Variables = Context["host"]["variables"];

/**
 * Where the trace goes, by OpenTelemetry's variables ("OpenTelemetry Protocol Exporter"): OTLP/HTTP with JSON.
 *
 * @returns null where nobody wants one, or another protocol is asked for by name
 */
export function tracesEndpoint(variables: Variables): string | null {
  if (variables["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return null;
  if (variables["OTEL_TRACES_EXPORTER"] === "none") return null;
  const protocol = variables["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] ||
    variables["OTEL_EXPORTER_OTLP_PROTOCOL"];
  if (protocol === "grpc") return null;
  const own = variables["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
  if (own) return own;
  const base = variables["OTEL_EXPORTER_OTLP_ENDPOINT"];
  return base ? `${base.replace(/\/+$/, "")}/v1/traces` : null;
}

/** `name=value,…`, values percent-encoded; what is none is left out. */
export function headersOf(variables: Variables): Record<string, string> {
  const given = variables["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] || variables["OTEL_EXPORTER_OTLP_HEADERS"] ||
    "";
  const pairs = given.split(",").flatMap((pair) => {
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    return name === undefined || value === undefined ? [] : [[name, decoded(value)]];
  });
  return { ...Object.fromEntries(pairs), "content-type": "application/json" };
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** `00-<trace>-<parent>-<flags>` (W3C Trace Context); null for what is none, and for all zeros. */
export function parentOf(traceparent: string | undefined): { traceId: string; parentSpanId: string } | null {
  const [, version, traceId = "", parentSpanId = ""] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/.exec(traceparent ?? "") ?? [];
  if (version === undefined || version === "ff") return null;
  return /^0+$/.test(traceId) || /^0+$/.test(parentSpanId) ? null : { traceId, parentSpanId };
}

const random = (bytes: number): string =>
  [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );

const attribute = (key: string, value: string | number) => ({
  key,
  value: typeof value === "string" ? { stringValue: value } : { intValue: String(value) },
});
const nanos = (ms: number): string => `${Math.round(ms)}000000`;

/** The request's body (ExportTraceServiceRequest of opentelemetry-proto, as JSON). */
export function spanOf(run: RunTold, variables: Variables) {
  const { session, program, startedAt, endedAt, exitCode } = run;
  const name = program.split(/[\\/]/).at(-1) ?? "";
  const resource = [
    attribute("service.name", variables["OTEL_SERVICE_NAME"] || "berth"),
    attribute("service.version", build.version),
    attribute("berth.session.id", session),
  ];
  const span = {
    ...parentOf(variables["TRACEPARENT"]) ?? { traceId: random(16) },
    spanId: random(8),
    name: `berth run ${name}`,
    kind: 1,
    startTimeUnixNano: nanos(startedAt),
    endTimeUnixNano: nanos(endedAt),
    attributes: [
      attribute("process.executable.name", name),
      ...exitCode === null ? [] : [attribute("process.exit.code", exitCode)],
    ],
    status: { code: exitCode === 0 ? 1 : 2 },
  };
  const scope = { name: "berth", version: build.version };
  return {
    resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope, spans: [span] }] }],
  };
}

/** Tell the collector of a run. A second at most; that it cannot be told is a warning. */
export async function tellRun(context: Context, run: RunTold): Promise<void> {
  const { variables } = context.host;
  const endpoint = tracesEndpoint(variables);
  if (endpoint === null) return;
  const late = new Promise<string>((resolve) =>
    void setTimeout(() => resolve(`no answer within ${PATIENCE_MS} ms`), PATIENCE_MS)
  );
  const why = await Promise.race([late, sent(endpoint, run, variables)]);
  if (why !== null) {
    context.say(`berth: warning: the run is not told to ${withoutUser(endpoint)}: ${why}\n`);
  }
}

async function sent(endpoint: string, run: RunTold, variables: Variables): Promise<string | null> {
  try {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: headersOf(variables),
      body: JSON.stringify(spanOf(run, variables)),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return response.ok ? null : `it answers ${response.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const withoutUser = (url: string): string => url.replace(/\/\/[^/@]*@/, "//");
