import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { recordsOf } from '../../counting/regions/regionTable.ts';
import { regionsHead } from '../../report/countJson.ts';
import type { Network } from '../../network/network.ts';
import type { CountOutcome } from '../../protocol/pool.ts';

/** Writes the regions of a count to a file as one JSON object, a line a region. Errors: the file system's. */
export async function writeRegions(path: string, file: string, network: Network, outcome: CountOutcome): Promise<void> {
  const stream = createWriteStream(path);
  const failed = once(stream, 'error').then(([error]: Error[]) => Promise.reject(error));
  const write = async () => {
    const head = JSON.stringify(regionsHead(file, network, outcome.result, outcome.domain, outcome.source.seed));
    stream.write(`${head.slice(0, -1)},"regions":[\n`);
    const { list } = outcome.result;
    let left = list?.count ?? 0;
    for (const record of list ? recordsOf(list) : []) {
      const more = stream.write(`${JSON.stringify(record)}${--left > 0 ? ',' : ''}\n`);
      if (!more) await once(stream, 'drain');
    }
    stream.end(']}\n');
    await once(stream, 'finish');
  };
  await Promise.race([write(), failed]);
}
