import { Float, Tuple } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

/** `str(value)`; undefined if that is not known. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) return 'None';
  if (value instanceof Float) return floatText(value.value);
  return undefined;
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A value with a format specification: widths, zeros and decimals of plain ones. */
export function formatValue(value: Value, spec: string | undefined): string | undefined {
  const text = textOf(value);
  if (text === undefined || spec === undefined) return text;
  const match = /^:(0?)(\d*)(?:\.(\d+)f)?d?$/.exec(spec);
  if (!match || Number(match[2]) > 1000 || Number(match[3] ?? 0) > 20) return undefined;
  const [, zero, width, decimals] = match;
  const number = value instanceof Float ? value.value : value;
  const shown = decimals !== undefined && typeof number === 'number' ? number.toFixed(Number(decimals)) : text;
  const padding = zero || typeof value !== 'string' ? 'padStart' : 'padEnd';
  return shown[padding](Number(width || 0), zero ? '0' : ' ');
}

/** `template % values` with `%s` and `%d`. */
export function formatPercent(template: string, given: Value): string | undefined {
  const values = given instanceof Tuple ? [...given.items] : [given];
  let failed = false;
  const text = template.replace(/%(0?\d*)([sdrfi%])/g, (_all, width: string, kind: string) => {
    if (kind === '%') return '%';
    const value = values.shift();
    const shown =
      kind === 'd' || kind === 's' || kind === 'i'
        ? formatValue(value, width === '' ? undefined : `:${width}`)
        : undefined;
    failed ||= shown === undefined;
    return shown ?? '';
  });
  return failed || text.length > 100_000 ? undefined : text;
}
