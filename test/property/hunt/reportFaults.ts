import type { reportJson } from '../../../src/report/reportJson.ts';

type Report = ReturnType<typeof reportJson>;
type Bound = Report['networks'][number]['bounds'][number];

/** What is wrong with the published form of an analysis, as sentences. */
export function reportFaults(report: Report): string[] {
  const faults: string[] = [];
  const text = JSON.stringify(report, (_, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) faults.push(`a number is ${value}`);
    return value;
  });
  if (JSON.stringify(JSON.parse(text)) !== text) faults.push('it is not the same when it is read again');
  for (const network of report.networks) {
    for (const bound of network.bounds) faults.push(...boundFaults(bound, network.layers.length));
    for (const { name, contribution } of network.layers) {
      if (contribution && contribution.log10 < 0) faults.push(`${name} contributes ${contribution.log10}`);
    }
  }
  return faults;
}

function boundFaults({ id, applies, reason, value, log10, log10Error, perLayer }: Bound, layers: number): string[] {
  if (!applies) {
    return [
      ...(reason ? [] : [`${id} gives no reason`]),
      ...(value === null && log10 === null && perLayer === null ? [] : [`${id} does not apply and has a value`]),
    ];
  }
  const faults: string[] = [];
  if (log10 === null || log10 < 0) faults.push(`${id} is 10^${log10}`);
  if (perLayer?.length !== layers) faults.push(`${id} has ${perLayer?.length} cuts of ${layers}`);
  if (value !== null && log10 !== null && Math.abs(Math.log10(Number(value)) - log10) > 1e-9)
    faults.push(`${id} is ${value} and 10^${log10}`);
  if (value === null && !(log10Error! >= 0)) faults.push(`${id} has no error bound`);
  const last = perLayer?.findLast((cut) => cut !== null);
  if (last !== undefined && log10 !== null && last !== null && Math.abs(last - log10) > 1e-9)
    faults.push(`${id} ends at ${last} and is ${log10}`);
  return faults;
}
