import type { Unknown } from '../../evaluation/values.ts';
import type { Pattern, Statement } from '../syntax/ast.ts';
import type { Ending, Evaluator } from './evaluator.ts';
import { unknownFrom } from '../builtins/collections.ts';
import { isInstance } from './instances.ts';
import { equal, truth } from '../builtins/operators.ts';
import type { Scope } from './scope.ts';
import { Dict, List, Tuple } from './values.ts';
import type { Value } from './values.ts';

export function runMatch(e: Evaluator, node: Extract<Statement, { kind: 'match' }>, scope: Scope): Ending {
  const subject = e.evaluate(node.subject, scope);
  return from(0);

  function from(start: number): Ending {
    for (let i = start; i < node.cases.length; i++) {
      const { pattern, guard, body } = node.cases[i];
      let fits = matches(e, pattern, subject, scope);
      if (fits && guard) fits = truth(e.evaluate(guard, scope));
      if (fits) return e.run(body, scope);
      if (fits === false) continue;
      const test: Unknown = unknownFrom(e, subject, node.subject, scope);
      return e.fork(test, scope.frame, [() => e.run(body, scope), () => from(i + 1)]);
    }
    return undefined;
  }
}

/** Whether the value fits the pattern, whose names get their values; undefined if that is not known. */
function matches(e: Evaluator, pattern: Pattern, value: Value, scope: Scope): boolean | undefined {
  e.step();
  switch (pattern.kind) {
    case 'capture':
      if (pattern.name !== '_') e.assign(scope, pattern.name, value);
      return true;
    case 'value':
      return equal(e.evaluate(pattern.value, scope), value);
    case 'or': {
      const results = pattern.patterns.map((each) => matches(e, each, value, scope));
      return results.includes(true) ? true : results.includes(undefined) ? undefined : false;
    }
    case 'as': {
      const fits = matches(e, pattern.pattern, value, scope);
      if (fits !== false) e.assign(scope, pattern.name, value);
      return fits;
    }
    case 'sequence':
      return matchesSequence(e, pattern.patterns, value, scope);
    case 'mapping': {
      if (!(value instanceof Dict)) return typeof value === 'object' && value !== null ? undefined : false;
      return all(
        pattern.entries.map(({ key, pattern: inner }) => {
          const name = e.evaluate(key, scope);
          return value.has(name) ? matches(e, inner, value.get(name), scope) : value.doubt ? undefined : false;
        }),
      );
    }
    case 'class': {
      const fits = isInstance(value, e.evaluate(pattern.type, scope));
      if (fits !== true || pattern.args.some(({ name }) => name === undefined)) return fits && undefined;
      const site = e.site(pattern.type, pattern.type, scope);
      return all(
        pattern.args.map(({ name = '', pattern: inner }) => matches(e, inner, e.get(value, name, site), scope)),
      );
    }
    case 'star':
    case 'other':
      return undefined;
  }
}

function matchesSequence(e: Evaluator, patterns: readonly Pattern[], value: Value, scope: Scope): boolean | undefined {
  if (!(value instanceof List || value instanceof Tuple)) return typeof value === 'object' && value ? undefined : false;
  if (value.doubt) return undefined;
  const star = patterns.findIndex(({ kind }) => kind === 'star');
  const { items } = value;
  if (star < 0 ? items.length !== patterns.length : items.length < patterns.length - 1) return false;
  return all(
    patterns.map((pattern, i) => {
      const behind = patterns.length - i;
      if (pattern.kind !== 'star')
        return matches(e, pattern, items[star >= 0 && i > star ? items.length - behind : i], scope);
      if (pattern.name !== '_') e.assign(scope, pattern.name, e.list(items.slice(i, items.length - behind + 1)));
      return true;
    }),
  );
}

function all(results: readonly (boolean | undefined)[]): boolean | undefined {
  return results.includes(false) ? false : results.includes(undefined) ? undefined : true;
}
