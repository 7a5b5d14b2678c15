import { PbfReader } from 'pbf';
import { cutShort, WeightsError, type ByteSource } from '../weights/weightsFile.ts';

/** Where something stands in a file. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** A field of a message. Its bytes are not read, only its tag and length are. */
export interface Field {
  readonly number: number;
  /** A number of the field's own; of texts, messages and bytes their length. */
  readonly value: number;
  /** Where the contents stand: of a text, a message or bytes without their length. */
  readonly place: Place;
  readonly isDelimited: boolean;
}

/** A tag and a number take no more. */
const MAX_HEAD_LENGTH = 20;

/** Kinds of fields on the wire (https://protobuf.dev/programming-guides/encoding). */
const Wire = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;

/**
 * The fields of a message, in their order; what they hold is passed over. Throws a `WeightsError` where it is damaged.
 */
export function* fieldsIn(source: ByteSource, { start, end }: Place): Generator<Field> {
  for (let at = start; at < end;) {
    const head = new PbfReader(source.read(at, Math.min(MAX_HEAD_LENGTH, end - at)));
    const field = fieldAt(head, at);
    if (field === null || field.number === 0) throw damaged(source);
    if (field.place.end > end) throw cutShort(source.name);
    yield field;
    at = field.place.end;
  }
}

function fieldAt(head: PbfReader, at: number): Field | null {
  try {
    const tag = head.readVarint();
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    const start = at + head.pos;
    switch (wire) {
      case Wire.varint: {
        const value = head.readVarint(true);
        return { number, value, place: { start, end: at + head.pos }, isDelimited: false };
      }
      case Wire.fixed32:
        return { number, value: head.readFloat(), place: { start, end: start + 4 }, isDelimited: false };
      case Wire.fixed64:
        return { number, value: head.readDouble(), place: { start, end: start + 8 }, isDelimited: false };
      case Wire.delimited: {
        const value = head.readVarint();
        const begin = at + head.pos;
        return { number, value, place: { start: begin, end: begin + value }, isDelimited: true };
      }
      default:
        return null;
    }
  } catch {
    // The library throws errors of several kinds where bytes end or make no number.
    return null;
  }
}

function damaged(source: ByteSource): WeightsError {
  return new WeightsError(`${source.name} is damaged: it stops being a protocol buffer in the middle.`);
}

/** Names and words are much shorter. */
const MAX_TEXT_BYTES = 2 ** 20;

export function textAt(source: ByteSource, { start, end }: Place): string {
  if (end - start > MAX_TEXT_BYTES) throw damaged(source);
  return new TextDecoder().decode(source.read(start, end - start));
}

/** Whole numbers one after another, each as long as it needs. */
export function varintsAt(source: ByteSource, { start, end }: Place): number[] {
  const reader = new PbfReader(source.read(start, end - start));
  const numbers: number[] = [];
  try {
    while (reader.pos < reader.length) numbers.push(reader.readVarint(true));
  } catch {
    throw damaged(source);
  }
  return numbers;
}
