import type { CountChoice } from './countPlan.ts';

export const PLAN_FILE = 'plan.json';

/** Of the form of a plan. */
export const PLAN_VERSION = 1;

/** What all parts of a count must have in common: every file and every choice that its figures depend on. */
export interface Plan {
  readonly schemaVersion: number;
  /** Of the program: another one may cut the domain in another order. */
  readonly version: string;
  readonly parts: number;
  /** Networks counted, one for each seed from that of `choice` on. Several are divided by seeds, one by its domain. */
  readonly repeat: number;
  /** SHA-256 of the text, of the files it imports, and of all weights of the first network, drawn ones included. */
  readonly digests: {
    readonly text: string;
    readonly imports: Readonly<Record<string, string>>;
    readonly weights: string;
  };
  /** Position among the networks of the file. */
  readonly network: number;
  /** Limits are not part of it: a part that was stopped may be counted again with others. */
  readonly choice: Omit<CountChoice, 'limits'>;
  /** Where the files were, from the plan's folder; they may be elsewhere on another machine. */
  readonly files: { readonly network: string; readonly weights?: string };
}

/** Whether the JSON of a file is a plan. */
export function isPlan(value: unknown): value is Plan {
  if (!isObject(value)) return false;
  const { parts, repeat, digests, choice, files, schemaVersion, network } = value;
  const isCount = (count: unknown) => Number.isSafeInteger(count) && (count as number) >= 1;
  return (
    schemaVersion === PLAN_VERSION &&
    isCount(parts) &&
    isCount(repeat) &&
    typeof network === 'number' &&
    isObject(digests) &&
    isObject(choice) &&
    isObject(choice.source) &&
    Number.isSafeInteger(choice.source.seed) &&
    isObject(files) &&
    typeof files.network === 'string'
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
