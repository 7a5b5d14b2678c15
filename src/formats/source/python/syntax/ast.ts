/** Python's syntax as the evaluator reads it: what people write, without tokens. Offsets are of the text. */

import type { Pieces } from './pieces.ts';

interface Place {
  readonly start: number;
  readonly end: number;
}

export type Expression = Place &
  (
    | { readonly kind: 'name'; readonly id: string }
    /** `value` is undefined for numbers that are not followed: complex ones, and whole ones beyond 2^53. */
    | { readonly kind: 'number'; readonly value: number | undefined; readonly isFloat: boolean }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'formatted'; readonly parts: readonly (string | FormatPart)[] }
    | { readonly kind: 'constant'; readonly value: boolean | null | 'ellipsis' }
    | { readonly kind: 'list' | 'tuple' | 'set'; readonly items: readonly Expression[] }
    | { readonly kind: 'dict'; readonly entries: readonly DictEntry[] }
    | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string; readonly nameStart: number }
    | { readonly kind: 'subscript'; readonly object: Expression; readonly index: Expression }
    | { readonly kind: 'slice'; readonly parts: readonly (Expression | undefined)[] }
    | { readonly kind: 'call'; readonly callee: Expression; readonly args: readonly CallArgument[] }
    | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
    | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
    | {
        readonly kind: 'compare';
        readonly first: Expression;
        readonly rest: readonly { readonly operator: string; readonly operand: Expression }[];
      }
    | {
        readonly kind: 'boolean';
        readonly operator: 'and' | 'or';
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: 'conditional';
        readonly test: Expression;
        readonly then: Expression;
        readonly otherwise: Expression;
      }
    | { readonly kind: 'lambda'; readonly params: readonly Parameter[]; readonly body: Expression }
    | {
        readonly kind: 'comprehension';
        readonly of: 'list' | 'set' | 'dict' | 'generator';
        readonly element: Expression;
        readonly value: Expression | undefined;
        readonly clauses: readonly ComprehensionClause[];
      }
    | { readonly kind: 'walrus'; readonly target: Expression; readonly value: Expression }
    | { readonly kind: 'starred'; readonly value: Expression }
    | { readonly kind: 'await'; readonly value: Expression }
    | { readonly kind: 'yield'; readonly value: Expression | undefined; readonly isFrom: boolean }
    /** Something is not written yet, or not read. */
    | { readonly kind: 'missing' }
  );

export interface FormatPart {
  readonly value: Expression;
  readonly spec: string | undefined;
}

export interface DictEntry {
  /** Undefined for `**value`. */
  readonly key: Expression | undefined;
  readonly value: Expression;
}

export interface CallArgument extends Place {
  readonly name: string | undefined;
  readonly stars: 0 | 1 | 2;
  readonly value: Expression;
}

export interface ComprehensionClause {
  readonly target: Expression;
  readonly iterable: Expression;
  readonly conditions: readonly Expression[];
}

export interface Parameter extends Place {
  readonly name: string;
  readonly stars: 0 | 1 | 2;
  readonly keywordOnly: boolean;
  readonly fallback: Expression | undefined;
}

export interface FunctionDefinition extends Place {
  readonly kind: 'function';
  readonly name: string;
  readonly nameSpan: Place;
  readonly params: readonly Parameter[];
  readonly body: readonly Statement[];
  readonly decorators: readonly Expression[];
  readonly isGenerator: boolean;
}

export interface ClassDefinition extends Place {
  readonly kind: 'class';
  readonly name: string;
  readonly nameSpan: Place;
  readonly bases: readonly CallArgument[];
  readonly body: readonly Statement[];
  readonly decorators: readonly Expression[];
}

export interface ExceptHandler {
  readonly type: Expression | undefined;
  readonly name: string | undefined;
  readonly body: readonly Statement[];
}

export interface MatchCase {
  readonly pattern: Pattern;
  readonly guard: Expression | undefined;
  readonly body: readonly Statement[];
}

export type Pattern =
  | { readonly kind: 'capture'; readonly name: string }
  | { readonly kind: 'value'; readonly value: Expression }
  | { readonly kind: 'or'; readonly patterns: readonly Pattern[] }
  | { readonly kind: 'as'; readonly pattern: Pattern; readonly name: string }
  | { readonly kind: 'sequence'; readonly patterns: readonly Pattern[] }
  | { readonly kind: 'star'; readonly name: string }
  | {
      readonly kind: 'mapping';
      readonly entries: readonly { readonly key: Expression; readonly pattern: Pattern }[];
      readonly rest: string | undefined;
    }
  | {
      readonly kind: 'class';
      readonly type: Expression;
      readonly args: readonly { readonly name: string | undefined; readonly pattern: Pattern }[];
    }
  | { readonly kind: 'other' };

export interface ImportedName extends Place {
  readonly path: string;
  readonly alias: string | undefined;
}

export type Statement =
  | FunctionDefinition
  | ClassDefinition
  | (Place &
      (
        | { readonly kind: 'expression'; readonly value: Expression }
        | { readonly kind: 'assign'; readonly targets: readonly Expression[]; readonly value: Expression }
        | { readonly kind: 'annotated'; readonly target: Expression; readonly value: Expression | undefined }
        | {
            readonly kind: 'update';
            readonly target: Expression;
            readonly operator: string;
            readonly value: Expression;
          }
        | { readonly kind: 'return'; readonly value: Expression | undefined }
        | {
            readonly kind: 'if';
            readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
            readonly otherwise: readonly Statement[];
          }
        | {
            readonly kind: 'for';
            readonly target: Expression;
            readonly iterable: Expression;
            readonly body: readonly Statement[];
            readonly otherwise: readonly Statement[];
          }
        | {
            readonly kind: 'while';
            readonly test: Expression;
            readonly body: readonly Statement[];
            readonly otherwise: readonly Statement[];
          }
        | {
            readonly kind: 'with';
            readonly items: readonly { readonly value: Expression; readonly target: Expression | undefined }[];
            readonly body: readonly Statement[];
          }
        | {
            readonly kind: 'try';
            readonly body: readonly Statement[];
            readonly handlers: readonly ExceptHandler[];
            readonly otherwise: readonly Statement[];
            readonly last: readonly Statement[];
          }
        | { readonly kind: 'match'; readonly subject: Expression; readonly cases: readonly MatchCase[] }
        | { readonly kind: 'raise'; readonly value: Expression | undefined }
        | { readonly kind: 'assert'; readonly test: Expression }
        | { readonly kind: 'import'; readonly names: readonly ImportedName[] }
        | {
            readonly kind: 'importFrom';
            /** Dots before the module's path. */
            readonly level: number;
            readonly module: string;
            /** Undefined for `*`. */
            readonly names: readonly ImportedName[] | undefined;
          }
        | { readonly kind: 'scope'; readonly isGlobal: boolean; readonly names: readonly string[] }
        | { readonly kind: 'delete'; readonly targets: readonly Expression[] }
        | { readonly kind: 'break' | 'continue' | 'pass' }
      ));

export interface Comment extends Place {
  /** Without the number sign. */
  readonly value: string;
}

/** A source file. */
export interface SourceFile {
  readonly body: readonly Statement[];
  readonly comments: readonly Comment[];
  /** The text with blanks for its comments. */
  readonly code: string;
  readonly hasSyntaxErrors: boolean;
  /** For the next version of the text. */
  readonly pieces: Pieces;
  /** The line of an offset, counted from 1. */
  lineOf(offset: number): number;
}
