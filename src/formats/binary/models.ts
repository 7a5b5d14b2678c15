import { NOWHERE } from '../../network/definition.ts';
import { WeightsError, type ByteSource } from '../weights/weightsFile.ts';
import { onnxFile } from '../onnx/onnxFile.ts';
import { tfliteFile } from '../tflite/tfliteFile.ts';
import { exportedProgram } from '../pytorch/exportedProgram.ts';
import { torchModule } from '../pytorch/torchModule.ts';
import { torchScript } from '../pytorch/torchScript.ts';
import type { ReadOptions, ReadResult } from '../format.ts';

/** A way to write networks down in bytes. */
export interface BinaryFormat {
  readonly id: string;
  /** Its weights are also read by themselves, by the names that the framework gives them. */
  readonly hasPlainWeights?: boolean;
  /** Whether the file is certainly of this format; looks at its beginning and its outline. */
  sniff(source: ByteSource): boolean;
  /** Reads what is readable. Throws a `WeightsError` where the file is damaged. Spans say nothing. */
  read(source: ByteSource, options: ReadOptions): ReadResult;
}

/** Every format in bytes. At most one of them recognizes a file. */
export const binaryFormats: readonly BinaryFormat[] = [onnxFile, tfliteFile, torchModule, torchScript, exportedProgram];

/** The format of a binary model, or null where it is none that is read. */
export function binaryFormatOf(source: ByteSource): BinaryFormat | null {
  return binaryFormats.find((format) => format.sniff(source)) ?? null;
}

/** The networks in a binary file, or null if it holds none. Never throws; damage is among the problems. */
export function readBinary(source: ByteSource, options: ReadOptions): ReadResult | null {
  const format = binaryFormatOf(source);
  if (!format) return null;
  try {
    return format.read(source, options);
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error;
    const span = NOWHERE;
    const problem = { code: 'damaged', severity: 'error', message: error.message, span } as const;
    return { format: format.id, networks: [], problems: [problem] };
  }
}
