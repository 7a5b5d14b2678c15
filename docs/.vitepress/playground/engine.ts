import { count } from '../../../src/library/index.ts';
import type { Answer, Question } from './protocol.ts';
import { viewOf } from './view.ts';

/** The Web Worker of the page: answers one question after the other. The page ends it to stop a count. */

const MAX_SECONDS = 60;

self.onmessage = ({ data }: MessageEvent<Question>) => {
  let answer: Answer;
  try {
    answer = answerTo(data);
  } catch (error) {
    answer = { kind: 'refusal', id: data.id, message: error instanceof Error ? error.message : String(error) };
  }
  self.postMessage(answer);
};

function answerTo(question: Question): Answer {
  const { id, text, fileName } = question;
  switch (question.kind) {
    case 'analyze':
      return { kind: 'analysis', id, analysis: viewOf({ text, fileName }) };
    case 'count': {
      const { network, method, seed } = question;
      const report = count(text, { fileName, network, method, seed, maxSeconds: MAX_SECONDS });
      return { kind: 'count', id, report };
    }
  }
}
