import { DEFAULT_BOX, diagonalOf, faceOf, PLACES, type Box, type Place } from '../../src/common/place.ts';
import type { CountMethodName } from '../../src/protocol/runs.ts';
import { element, setHidden } from '../widgets/dom.ts';
import { t } from '../app/strings.ts';
import { COORDINATE } from './ranges.ts';
import { dropdown, numberField, underLabel, vectorField } from '../widgets/toolkit.ts';

/** Points of more inputs are for files, not for typing. */
const MAX_TYPED_COORDINATES = 32;

/** Where to count: the box, all of the space, a segment or a parallelogram that is typed, or points of a file. */
export class PlaceForm {
  readonly elements: readonly HTMLElement[];
  readonly #onChange: (place: Place) => void;
  readonly #choosePoints: (needed: 2 | 3) => void;
  readonly #kinds = dropdown(t('Which place'), (value) => this.#choose(value as Place['kind']));
  readonly #lower = numberField(t('from'), COORDINATE, (value) => this.#changeBox({ lower: value }));
  readonly #upper = numberField(t('to'), COORDINATE, (value) => this.#changeBox({ upper: value }));
  readonly #vectors = VECTORS.map(([name, label]) => {
    const change = (value: readonly number[]): void => this.#change({ ...this.#place, [name]: value });
    return { name, field: vectorField(label, t('Enter {0} numbers.'), change) };
  });
  readonly #vectorRow = element(
    'div',
    { class: 'vectors' },
    this.#vectors.map(({ field }) => field.element),
  );
  #place: Place = DEFAULT_BOX;
  /** The last box, for when the user chooses the box again. */
  #box = DEFAULT_BOX;
  /** The ends as typed: taken together, once they make a box. */
  #typed: Ends = DEFAULT_BOX;
  #method: CountMethodName = 'auto';
  #inputs = 1;

  constructor(change: (place: Place) => void, choosePoints: (needed: 2 | 3) => void) {
    this.#onChange = change;
    this.#choosePoints = choosePoints;
    this.elements = [
      underLabel(t('domain'), this.#kinds.element),
      this.#lower.element,
      this.#upper.element,
      this.#vectorRow,
    ];
  }

  update(place: Place, method: CountMethodName, inputs: number, disabled: boolean): void {
    [this.#place, this.#method, this.#inputs] = [place, method, inputs];
    if (place.kind === 'box' && !isSameBox(place, this.#box)) this.#box = this.#typed = place;
    this.#kinds.setChoices(choices(method, place, inputs), place.kind);
    this.#kinds.setDisabled(disabled);
    for (const [field, value] of [
      [this.#lower, this.#typed.lower],
      [this.#upper, this.#typed.upper],
    ] as const) {
      field.setValue(value);
      field.setDisabled(disabled);
      setHidden(field.element, place.kind !== 'box');
    }
    setHidden(this.#vectorRow, place.kind !== 'segment' && place.kind !== 'parallelogram');
    for (const { name, field } of this.#vectors) {
      const value = (place as Partial<Record<VectorName, readonly number[]>>)[name];
      setHidden(field.element, value === undefined);
      if (value !== undefined) field.setValue(value);
      field.setDisabled(disabled);
    }
  }

  /** Kept here too: a second coordinate may change before the page is drawn again. */
  #change(place: Place): void {
    this.#place = place;
    this.#onChange(place);
  }

  #choose(kind: Place['kind']): void {
    const box = this.#box;
    const method = this.#method;
    const inputs = this.#inputs;
    if (kind === 'points') this.#choosePoints(method === 'line' || inputs < 2 ? 2 : 3);
    else this.#change(placeOfKind(kind, box, inputs));
  }

  #changeBox(part: Partial<Ends>): void {
    const { lower, upper } = (this.#typed = { ...this.#typed, ...part });
    const fits = lower < upper;
    this.#lower.complain(fits ? null : t('“from” must be less than “to”.'));
    this.#upper.complain(null);
    if (fits) this.#change({ kind: 'box', lower, upper });
  }
}

type Ends = Pick<Box<number>, 'lower' | 'upper'>;

/** Points of a segment or a parallelogram. */
const VECTORS = [
  ['from', t('from point')],
  ['to', t('to point')],
  ['origin', t('corner')],
  ['u', t('first side')],
  ['v', t('second side')],
] as const;
type VectorName = (typeof VECTORS)[number][0];

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
