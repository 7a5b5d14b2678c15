import { describe, expect, it } from 'vitest';
import {
  fittingDataSet,
  nextStep,
  NOT_BEGUN,
  offeredDataSets,
  statusText,
  stepAfter,
  withFrame,
  type TrialCourse,
} from '../../../../webview/forms/trialSteps.ts';
import type { TrialFrame } from '../../../../src/protocol/trial.ts';
import { trialFrame } from '../../../ui/panelHarness/training.ts';

const frame = trialFrame(0);
const frameAt = (step: number): TrialFrame => ({ ...frame, step });
const running = { isRunning: true, stride: 20, end: 50 };
const byHand = { ...running, isRunning: false };

function at(step: number, announced: number | null = null): TrialCourse {
  return { ...withFrame(NOT_BEGUN, frameAt(step)), announced };
}

describe('the steps of a trial', () => {
  it('begin at 0, and stop at the last one while it runs', () => {
    expect(nextStep(NOT_BEGUN, running)).toBe(0);
    expect(nextStep(at(20), running)).toBe(40);
    expect(nextStep(at(40), running)).toBe(50);
    expect(nextStep(at(40), byHand)).toBe(60);
  });

  it('are those that were announced, unless the last step has become an earlier one', () => {
    expect(nextStep(at(20, 25), running)).toBe(25);
    expect(nextStep(at(20, 45), { ...running, end: 30 })).toBe(30);
  });

  it('are announced while it runs, up to the last one', () => {
    expect([0, 40, 50].map((step) => stepAfter(step, running))).toEqual([20, 50, null]);
    expect(stepAfter(0, byHand)).toBeNull();
  });

  it('from the first to the last are asked for once each, as they were announced', () => {
    const asked: number[] = [];
    let course = NOT_BEGUN;
    for (let step = nextStep(course, running); asked.at(-1) !== running.end; step = nextStep(course, running)) {
      asked.push(step);
      course = withFrame({ ...course, announced: stepAfter(step, running) }, frameAt(step));
    }
    expect(asked).toEqual([0, 20, 40, 50]);
    expect(course.regions.map(({ x }) => x)).toEqual(asked);
  });
});

describe('the course of a trial', () => {
  it('leaves out a loss that is not a number, and marks lower bounds', () => {
    const course = withFrame(at(0), { ...frameAt(20), loss: null, exact: false });
    expect(course.losses.map(({ x }) => x)).toEqual([0]);
    expect(course.regions.map(({ isAtLeast }) => isAtLeast)).toEqual([false, true]);
  });

  it('is thinned out where it is long, and keeps its start and its newest point', () => {
    let course = NOT_BEGUN;
    for (let step = 0; step < 3000; step++) {
      course = withFrame(course, { ...frame, step });
      expect(course.regions.length).toBeLessThanOrEqual(401);
      expect(course.regions.at(-1)?.x).toBe(step);
    }
    expect(course.regions[0].x).toBe(0);
  });
});

describe('data sets', () => {
  it('are those that a network with this many inputs can learn', () => {
    expect(offeredDataSets(1, false)).toEqual(['curve']);
    expect(offeredDataSets(2, false)).toEqual(['spirals', 'circles', 'xor', 'moons']);
    expect(offeredDataSets(2, true)).toContain('file');
    expect(offeredDataSets(784, false)).toEqual(['file']);
  });

  it('stay as they were chosen where they fit', () => {
    expect(fittingDataSet(2, 'xor')).toBe('xor');
    expect(fittingDataSet(2, 'curve')).toBe('spirals');
    for (const inputs of [1, 2, 3]) {
      for (const chosen of ['spirals', 'curve', 'file'] as const)
        expect(offeredDataSets(inputs, true)).toContain(fittingDataSet(inputs, chosen));
    }
  });
});

describe('the status', () => {
  it('says what is known at the step', () => {
    expect(statusText({ ...frameAt(1000), regions: 421, loss: 0.25, accuracy: 0.5 })).toBe(
      'Step 1,000 · 421 regions · loss 0.25 · accuracy 50.0% · on [−1,\u00a01]²',
    );
  });

  it('says that a count is a lower bound and a loss not a number', () => {
    const text = statusText({ ...frameAt(0), exact: false, loss: null, accuracy: null });
    expect(text).toContain('≥ 420 regions');
    expect(text).toContain('not a number');
    expect(text).not.toContain('accuracy');
  });
});
