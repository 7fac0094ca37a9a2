/** A part of a text. */
export interface Span {
  readonly at: number;
  readonly length: number;
}

/** A part of a text that is replaced. */
export interface Replacement extends Span {
  readonly content: string;
}

/** Replace no more than differs: what only moves a bracket is an insertion then. */
export function narrowed(text: string, { at, length, content }: Replacement): Replacement {
  const old = text.slice(at, at + length);
  let head = 0;
  while (head < old.length && head < content.length && old[head] === content[head]) head += 1;
  let tail = 0;
  const most = Math.min(old.length, content.length) - head;
  while (tail < most && old.at(-1 - tail) === content.at(-1 - tail)) tail += 1;
  return {
    at: at + head,
    length: old.length - head - tail,
    content: content.slice(head, content.length - tail),
  };
}

/** The parts that were put in, after one more insertion. */
export function shifted(spans: readonly Span[], at: number, length: number): Span[] {
  const moved = spans.map((span) => {
    if (at <= span.at) return { at: span.at + length, length: span.length };
    return at < span.at + span.length ? { at: span.at, length: span.length + length } : span;
  });
  const inside = spans.some((span) => at > span.at && at < span.at + span.length);
  return (inside ? moved : [...moved, { at, length }]).sort((one, other) => one.at - other.at);
}

/** The text without these parts. */
export function cut(text: string, spans: readonly Span[]): string {
  let rest = "";
  let from = 0;
  for (const { at, length } of spans) {
    rest += text.slice(from, at);
    from = at + length;
  }
  return rest + text.slice(from);
}
