import type { WithinTime } from '../files.ts';

type Limit =
  { readonly kind: 'limit'; readonly milliseconds: number; readonly message: string } | { readonly kind: 'inTime' };

/** A limit of time that the other side keeps: it ends this thread. The outermost task of several is limited. */
export function limitedBy(post: (message: Limit) => void): WithinTime {
  let isLimited = false;
  return (milliseconds, message, task) => {
    if (isLimited) return task();
    isLimited = true;
    post({ kind: 'limit', milliseconds, message });
    try {
      return task();
    } finally {
      isLimited = false;
      post({ kind: 'inTime' });
    }
  };
}
