import type { Problem, Span } from '../../../network/definition.ts';
import { List, Unknown } from './values.ts';
import type { Value } from './values.ts';

const MAX_DEPTH = 3;
/** Items looked at; a list may hold itself. */
const MAX_VALUES = 64;

/** The first thing that is not known in a value, a list's items included. */
export function unknownIn(value: Value, depth = 0): Unknown | undefined {
  if (value instanceof Unknown) return value;
  if (!(value instanceof List) || depth > MAX_DEPTH) return undefined;
  if (value.doubt) return value.doubt;
  for (const item of value.items.slice(0, MAX_VALUES >> (2 * depth))) {
    const found = unknownIn(item, depth + 1);
    if (found) return found.derive();
  }
  return undefined;
}

/** Where that stands: the item's place in a list that is written out. */
export function unknownSpan(value: Value): Span | undefined {
  if (!(value instanceof List)) return undefined;
  const index = value.items.slice(0, MAX_VALUES).findIndex((item) => unknownIn(item, 1) !== undefined);
  return value.spans[index];
}

/** Says that a field's value is not known, and how the author can supply it; null for a field without a name. */
export function unknownFieldProblem(field: string | null, value: Unknown, span: Span, comment?: string): Problem {
  return problem(field ?? 'A field', value, field ?? undefined, span, comment);
}

/** Says that it is not known what is built in a place: `what` begins the sentence. */
export function unknownPlaceProblem(what: string, value: Unknown, span: Span, comment?: string): Problem {
  const isPath = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/.test(value.name);
  return problem(what, value, isPath && value.derived ? value.name.replace(/^.*\./, '') : undefined, span, comment);
}

function problem(subject: string, value: Unknown, supplied: string | undefined, span: Span, comment = '//'): Problem {
  const hint = supplied === undefined ? '' : ` A comment supplies it: ${comment} @region-lens ${supplied} = …`;
  const message = `${subject} ${value.predicate}.${hint}`;
  const { start, end } = span;
  return {
    code: 'unknown-value',
    severity: 'information',
    message,
    span: { start, end },
    supplied,
    unknown: value.name,
  };
}
