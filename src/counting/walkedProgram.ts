// What a count walks: the program of its network and the slice of its domain, the same for all who share it.

import type { Domain } from '../common/place.ts';
import type { Network } from '../network/network.ts';
import { hasCones } from './cones.ts';
import type { CountRequest } from './count.ts';
import { sliceOf, wholeSpace, type Slice } from './geometry/slice.ts';
import { compile } from './program/compile.ts';
import { distinctArguments } from './program/distinctArguments.ts';
import { fusedProgram } from './program/fusedProgram.ts';
import type { Program } from './program/program.ts';

/** A count, or one of the walks that it makes. */
export interface WalkRequest extends CountRequest {
  /** The walk that finds linear regions alone, through the program in which ReLUs and maxima are one stage. */
  readonly isFused?: true;
}

/** The walks that a count makes one after the other. Errors: as `count`. */
export function walksOf(request: CountRequest): readonly WalkRequest[] {
  const slice = sliceFor(request.domain, request.network.inputSize);
  // A program takes long to make.
  if (!isForLinearAlone(slice, request) || fusedFor(programOf(request), slice, request) === null) return [request];
  return [
    { ...request, linear: false },
    { ...request, isFused: true },
  ];
}

/** The program of the whole network, or that of a walk which finds linear regions alone. */
export function programOf(request: WalkRequest): Program {
  const { network, method, domain, listRegions, isFused } = request;
  const whole = compile(network);
  // Lists name each argument of a maximum by its place among all of them.
  const isReduced = method === 'plane' && !listRegions;
  const program = isReduced ? distinctArguments(whole, sliceFor(domain, whole.inputSize)) : whole;
  return (isFused && fusedProgram(program)) || program;
}

export function sliceFor(domain: Domain, inputs: number): Slice {
  return domain.kind === 'all' ? wholeSpace(inputs) : sliceOf(domain, inputs);
}

/** In a plane, where regions need not be visited but to join them to linear regions. */
export function isForLinearAlone(slice: Slice, request: CountRequest): boolean {
  const { linear, keepRegions, listRegions, method } = request;
  return linear && !keepRegions && !listRegions && method !== 'sample' && isPlane(slice, request);
}

/** The program whose cells are joined to linear regions, if it is another one than that of activation regions. */
export function fusedFor(program: Program, slice: Slice, request: CountRequest): Program | null {
  return isForLinearAlone(slice, request) ? fusedProgram(program) : null;
}

/** Cells are held as polygons. */
export function isPlane({ dimension }: Slice, { cellsBy, domain }: CountRequest): boolean {
  return dimension === 2 && !cellsBy && domain.kind !== 'all';
}

/** True if the regions in a plane are cones, which one thread counts along its sides. */
export function isByCones(request: CountRequest): boolean {
  if (!mayHaveCones(request)) return false;
  const program = programOf(request);
  return hasCones(program, sliceFor(request.domain, program.inputSize));
}

/** False for most counts, at once: see `countCones`. */
export function mayHaveCones({ network, method, domain, cellsBy, keepRegions, listRegions }: CountRequest): boolean {
  const isBare = !cellsBy && !keepRegions && !listRegions;
  return isBare && method === 'plane' && domain.kind === 'parallelogram' && !addsAtFirst(network);
}

/** Whether the first layer with weights adds biases. */
function addsAtFirst({ layers }: Network): boolean {
  const first = layers.find(({ weights }) => weights !== undefined)?.weights;
  return first?.bias?.data.some((bias) => bias !== 0) ?? false;
}
