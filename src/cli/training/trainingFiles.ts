import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readDataPoints } from '../../analysis/places/dataFile.ts';
import type { DataPoints } from '../../analysis/places/points.ts';
import { findLog, parseLog, type LogEntry } from '../../analysis/training/trainingLog.ts';
import { systemMessage } from '../terminal.ts';

/** The samples in a file. Errors: Error, as a sentence with the file's name. */
export async function readData(file: string, inputs: number): Promise<DataPoints> {
  const bytes = await bytesOf(file);
  try {
    return readDataPoints(bytes, inputs);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

/** The log that is named, else one beside the snapshots; without one there is nothing to show beside the counts. */
export async function readLog(named: string | undefined, snapshot: string): Promise<LogEntry[]> {
  if (named !== undefined) {
    const text = await textOf(named);
    try {
      return parseLog(text);
    } catch (error) {
      throw new Error(`${named}: ${(error as Error).message}`);
    }
  }
  return findLog((name) => readFile(join(dirname(snapshot), name), 'utf8').catch(() => null));
}

async function textOf(file: string): Promise<string> {
  return new TextDecoder().decode(await bytesOf(file));
}

async function bytesOf(file: string): Promise<Uint8Array> {
  return readFile(file).catch((error: unknown) => {
    throw new Error(`${file} cannot be read: ${systemMessage(error)}`);
  });
}
