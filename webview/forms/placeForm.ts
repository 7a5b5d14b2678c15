import { PLACES } from '../../src/protocol/countPlace.ts';
import type { CountMethodName, CountPlace, CountSettings } from '../../src/protocol/runs.ts';
import { element, setHidden } from '../widgets/dom.ts';
import { t } from '../app/strings.ts';
import { dropdown, numberField, underLabel, vectorField } from '../widgets/toolkit.ts';

/** What is chosen, of a network with so many inputs. */
export type Placed = Pick<CountSettings, 'place' | 'lower' | 'upper'>;

export interface PlaceForm {
  readonly elements: readonly HTMLElement[];
  update(placed: Placed, method: CountMethodName, inputs: number, disabled: boolean): void;
}

/** Points of more inputs are for files, not for typing. */
const MAX_TYPED_COORDINATES = 32;

/** Where to count: the box, all of the space, a segment or a parallelogram that is typed, or points of a file. */
export function createPlaceForm(
  change: (part: Partial<Placed>) => void,
  choosePoints: (needed: 2 | 3) => void,
): PlaceForm {
  let placed: Placed = { place: { type: 'box' }, lower: -1, upper: 1 };
  let method: CountMethodName = 'auto';
  let inputs = 1;
  const kinds = dropdown(t('Which place'), (value) => {
    if (value === 'points') choosePoints(method === 'line' || inputs < 2 ? 2 : 3);
    else change({ place: placeOfType(value as CountPlace['type'], placed, inputs) });
  });
  const lower = numberField(t('from'), -1e9, 1e9, (value) => change(box(value, placed.upper)), Number.isFinite);
  const upper = numberField(t('to'), -1e9, 1e9, (value) => change(box(placed.lower, value)), Number.isFinite);
  const hint = t('{0} numbers, please');
  const vector = (label: string, name: string) =>
    vectorField(label, hint, (value) => change({ place: { ...placed.place, [name]: value } }));
  const vectors = {
    from: vector(t('from point'), 'from'),
    to: vector(t('to point'), 'to'),
    origin: vector(t('corner'), 'origin'),
    u: vector(t('first side'), 'u'),
    v: vector(t('second side'), 'v'),
  };
  const entries = Object.entries(vectors);
  const vectorRow = element(
    'div',
    { class: 'vectors' },
    entries.map(([, field]) => field.element),
  );

  function update(next: Placed, nextMethod: CountMethodName, nextInputs: number, disabled: boolean): void {
    [placed, method, inputs] = [next, nextMethod, nextInputs];
    const { place } = placed;
    kinds.setChoices(choices(method, placed, inputs), place.type);
    kinds.setDisabled(disabled);
    for (const [field, value] of [
      [lower, placed.lower],
      [upper, placed.upper],
    ] as const) {
      field.setValue(value);
      field.setDisabled(disabled);
      setHidden(field.element, place.type !== 'box');
    }
    setHidden(vectorRow, place.type !== 'segment' && place.type !== 'parallelogram');
    for (const [name, field] of entries) {
      const value = (place as unknown as Record<string, readonly number[] | undefined>)[name];
      setHidden(field.element, value === undefined);
      if (value !== undefined) field.setValue(value);
      field.setDisabled(disabled);
    }
  }
  return {
    elements: [underLabel(t('place'), kinds.element), lower.element, upper.element, vectorRow],
    update,
  };
}

/** A box with its ends in order: typing one beyond the other changes nothing. */
function box(lower: number, upper: number): Partial<Placed> {
  return lower < upper ? { lower, upper } : {};
}

/** To begin with, a segment or parallelogram is what the box gives. */
function placeOfType(type: CountPlace['type'], { lower, upper }: Placed, inputs: number): CountPlace {
  const point = (at: (i: number) => number): number[] => Array.from({ length: inputs }, (_, i) => at(i));
  const side = (axis: number): number[] => point((i) => (i === axis ? upper - lower : 0));
  switch (type) {
    case 'segment':
      return { type, from: point(() => lower), to: point(() => upper) };
    case 'parallelogram':
      return { type, origin: point(() => lower), u: side(0), v: side(1) };
    case 'all':
      return { type };
    case 'box':
    case 'points':
      return { type: 'box' };
  }
}

function choices(method: CountMethodName, { place }: Placed, inputs: number): { value: string; text: string }[] {
  const fits = (type: CountPlace['type']): boolean =>
    type === place.type ||
    ((type !== 'parallelogram' || inputs >= 2) &&
      (inputs <= MAX_TYPED_COORDINATES || (type !== 'segment' && type !== 'parallelogram')));
  return PLACES[method].filter(fits).map((value) => ({ value, text: placeText(value, method, place, inputs) }));
}

function placeText(type: CountPlace['type'], method: CountMethodName, place: CountPlace, inputs: number): string {
  switch (type) {
    case 'box':
      if (method === 'line' && inputs > 1) return t('the diagonal of the box');
      return method === 'plane' && inputs > 2 ? t('a random plane through the box, by seed') : t('the box');
    case 'all':
      return t('the whole input space');
    case 'segment':
      return t('a segment');
    case 'parallelogram':
      return t('a parallelogram');
    case 'points':
      return place.type === 'points' ? t('through {0}', place.set.label) : t('through points of a file…');
  }
}
