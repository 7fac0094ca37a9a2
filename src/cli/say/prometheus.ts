/** A metric with its samples, as Prometheus' text format has them (version 0.0.4, "Exposition formats"). */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');

function labelled(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Without times: whoever reads it knows when. */
export const exposition = (metrics: readonly Metric[]): string =>
  metrics.map(({ name, help, type, samples }) =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n` +
    samples.map(({ labels, value }) => `${name}${labelled(labels)} ${value}\n`).join("")
  ).join("");
