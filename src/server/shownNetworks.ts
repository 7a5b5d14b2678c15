import type { Analysis, NetworkAnalysis } from '../analysis/analyze.ts';
import type { Span } from '../network/definition.ts';

/**
 * A network as the editor shows it: as the text defines it now or, while an edit is unfinished, as it did before.
 */
export interface ShownNetwork {
  readonly analysis: NetworkAnalysis;
  /** Position among the networks that the text defines now, for commands. */
  readonly index: number;
  /** The text defines something else now that cannot be read yet. */
  readonly isStale: boolean;
  /** Where an offset of the text that was analyzed is now; null where that text was deleted. */
  readonly locate: (offset: number) => number | null;
}

interface Entry extends ShownNetwork {
  /** Whether the text could be read when `analysis` was made: only then may it stand in for later versions. */
  readonly wasReadable: boolean;
}

/**
 * Follows the networks of one document through its versions. A network whose text cannot be read at the moment, since
 * someone is typing in it, keeps its last figures: nothing in the editor vanishes and comes back with every key.
 */
export class ShownNetworks {
  private entries: readonly Entry[] = [];
  private text = '';

  get networks(): readonly ShownNetwork[] {
    return this.entries;
  }

  /** Takes the next version of the text. `analysis` is null for a text in which no network is recognized. */
  update(text: string, analysis: Analysis | null): void {
    const current = analysis?.networks.map((network, index) => freshEntry(network, index, analysis)) ?? [];
    const isUnfinished = analysis === null || analysis.hasErrors || current.some(({ wasReadable }) => !wasReadable);
    this.entries = isUnfinished ? standIns(this.movedTo(text), current) : current;
    this.text = text;
  }

  /** The networks shown so far, at their places in the next version of the text. */
  private movedTo(text: string): readonly Entry[] {
    const edit = editBetween(this.text, text);
    return this.entries.map((entry) => ({ ...entry, locate: after(entry.locate, edit) }));
  }
}

/** The networks of a text that is shown for the first time. */
export function shownAsWritten(analysis: Analysis): readonly ShownNetwork[] {
  return analysis.networks.map((network, index) => freshEntry(network, index, analysis));
}

function freshEntry(network: NetworkAnalysis, index: number, analysis: Analysis): Entry {
  const hasErrors = analysis.hasSyntaxErrors || analysis.hasErrorIn(network.definition.span);
  const wasReadable = network.network.complete && !hasErrors;
  return { analysis: network, index, isStale: false, locate: (offset) => offset, wasReadable };
}

/** For each network that was shown: as it is now if it can be read or is still the same, else as it was. */
function standIns(earlier: readonly Entry[], current: readonly Entry[]): Entry[] {
  const remaining = new Set(current);
  const kept: Entry[] = [];
  for (const entry of earlier) {
    const successor = successorOf(entry, remaining);
    if (successor) remaining.delete(successor);
    if (!entry.wasReadable || successor?.wasReadable) {
      if (successor) kept.push(successor);
    } else if (successor?.analysis.isOfSameNetwork(entry.analysis)) {
      kept.push({ ...successor, wasReadable: true });
    } else if (isStillThere(entry)) {
      kept.push({ ...entry, isStale: true, index: successor?.index ?? 0 });
    }
  }
  // What a broken text seems to define beside them is only shown where nothing else stands.
  const added = [...remaining].filter((entry) => entry.wasReadable || kept.length === 0);
  return [...kept, ...added];
}

function successorOf(entry: Entry, candidates: ReadonlySet<Entry>): Entry | undefined {
  const all = [...candidates];
  const { name } = entry.analysis.definition;
  return (
    all.find(({ analysis }) => analysis.definition.name === name) ??
    all.find(({ analysis }) => overlaps(entry, analysis.definition.span))
  );
}

function overlaps({ analysis, locate }: Entry, span: Span): boolean {
  const { start, end } = analysis.definition.span;
  const [from, to] = [locate(start), locate(end)];
  return (
    (from !== null && span.start <= from && from <= span.end) || (to !== null && from === null && to >= span.start)
  );
}

/** At least one of its layers is still in the text. */
function isStillThere({ analysis, locate }: Entry): boolean {
  return analysis.definition.layers.some(({ span }) => locate(span.start) !== null || locate(span.end) !== null);
}

/** The text from `start` on, `removed` characters of it, became `inserted` other ones. */
interface TextChange {
  readonly start: number;
  readonly removed: number;
  readonly inserted: number;
}

/** The smallest single change that makes one text the other. */
function editBetween(before: string, text: string): TextChange {
  const shorter = Math.min(before.length, text.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === text.charCodeAt(start)) start++;
  let same = 0;
  const most = shorter - start;
  while (same < most && before.charCodeAt(before.length - 1 - same) === text.charCodeAt(text.length - 1 - same)) same++;
  return { start, removed: before.length - start - same, inserted: text.length - start - same };
}

function after(locate: ShownNetwork['locate'], { start, removed, inserted }: TextChange): ShownNetwork['locate'] {
  return (offset) => {
    const place = locate(offset);
    if (place === null || place <= start) return place;
    return place >= start + removed ? place + inserted - removed : null;
  };
}
