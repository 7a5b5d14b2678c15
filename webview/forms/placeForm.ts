import { DEFAULT_BOX, diagonalOf, faceOf, PLACES, type Box, type Place } from '../../src/common/place.ts';
import type { CountMethodName } from '../../src/protocol/runs.ts';
import { element, setHidden } from '../widgets/dom.ts';
import { t } from '../app/strings.ts';
import { COORDINATE } from './ranges.ts';
import { dropdown, numberField, underLabel, vectorField } from '../widgets/toolkit.ts';

export interface PlaceForm {
  readonly elements: readonly HTMLElement[];
  update(place: Place, method: CountMethodName, inputs: number, disabled: boolean): void;
}

/** Points of more inputs are for files, not for typing. */
const MAX_TYPED_COORDINATES = 32;

/** Where to count: the box, all of the space, a segment or a parallelogram that is typed, or points of a file. */
export function createPlaceForm(change: (place: Place) => void, choosePoints: (needed: 2 | 3) => void): PlaceForm {
  let place: Place = DEFAULT_BOX;
  /** The last box, for when the user chooses the box again. */
  let box = DEFAULT_BOX;
  let method: CountMethodName = 'auto';
  let inputs = 1;
  const kinds = dropdown(t('Which place'), (value) => {
    if (value === 'points') choosePoints(method === 'line' || inputs < 2 ? 2 : 3);
    else change(placeOfKind(value as Place['kind'], box, inputs));
  });
  /** The ends as typed: taken together, once they make a box. */
  let typed = { lower: box.lower, upper: box.upper };
  const changeBox = (part: Partial<typeof typed>): void => {
    typed = { ...typed, ...part };
    const fits = typed.lower < typed.upper;
    lower.complain(fits ? null : t('“from” must be less than “to”.'));
    upper.complain(null);
    if (fits) change({ kind: 'box', ...typed });
  };
  const lower = numberField(t('from'), COORDINATE, (value) => changeBox({ lower: value }));
  const upper = numberField(t('to'), COORDINATE, (value) => changeBox({ upper: value }));
  const hint = t('Enter {0} numbers.');
  const vector = (label: string, name: string) =>
    vectorField(label, hint, (value) => change({ ...place, [name]: value }));
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

  function update(next: Place, nextMethod: CountMethodName, nextInputs: number, disabled: boolean): void {
    [place, method, inputs] = [next, nextMethod, nextInputs];
    if (place.kind === 'box' && !isSameBox(place, box)) {
      box = place;
      typed = { lower: box.lower, upper: box.upper };
    }
    kinds.setChoices(choices(method, place, inputs), place.kind);
    kinds.setDisabled(disabled);
    for (const [field, value] of [
      [lower, typed.lower],
      [upper, typed.upper],
    ] as const) {
      field.setValue(value);
      field.setDisabled(disabled);
      setHidden(field.element, place.kind !== 'box');
    }
    setHidden(vectorRow, place.kind !== 'segment' && place.kind !== 'parallelogram');
    for (const [name, field] of entries) {
      const value = (place as unknown as Record<string, readonly number[] | undefined>)[name];
      setHidden(field.element, value === undefined);
      if (value !== undefined) field.setValue(value);
      field.setDisabled(disabled);
    }
  }
  return {
    elements: [underLabel(t('domain'), kinds.element), lower.element, upper.element, vectorRow],
    update,
  };
}

function isSameBox(a: Box<number>, b: Box<number>): boolean {
  return a.lower === b.lower && a.upper === b.upper;
}

/** To begin with, a segment or parallelogram is what the box gives. */
function placeOfKind(kind: Place['kind'], box: Box<number>, inputs: number): Place {
  switch (kind) {
    case 'segment':
      return diagonalOf(box, inputs);
    case 'parallelogram':
      return faceOf(box, inputs);
    case 'all':
      return { kind };
    case 'box':
    case 'points':
      return box;
  }
}

function choices(method: CountMethodName, place: Place, inputs: number): { value: string; text: string }[] {
  const fits = (kind: Place['kind']): boolean =>
    kind === place.kind ||
    ((kind !== 'parallelogram' || inputs >= 2) &&
      (inputs <= MAX_TYPED_COORDINATES || (kind !== 'segment' && kind !== 'parallelogram')));
  return PLACES[method].filter(fits).map((value) => ({ value, text: placeText(value, method, place, inputs) }));
}

function placeText(kind: Place['kind'], method: CountMethodName, place: Place, inputs: number): string {
  switch (kind) {
    case 'box':
      if (method === 'line' && inputs > 1) return t('the diagonal of the box');
      return method === 'plane' && inputs > 2 ? t('a random plane, by seed') : t('the box');
    case 'all':
      return t('the whole input space');
    case 'segment':
      return t('a segment');
    case 'parallelogram':
      return t('a parallelogram');
    case 'points':
      return place.kind === 'points' ? t('through {0}', place.label) : t('through points of a file…');
  }
}
