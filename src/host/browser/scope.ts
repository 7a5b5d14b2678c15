interface WorkerScope<In, Out> {
  postMessage(message: Out, buffers?: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: In }) => void): void;
}

/** The connection of a Web Worker with the code that started it. */
export function scope<In, Out>() {
  const self = globalThis as unknown as WorkerScope<In, Out>;
  return {
    postMessage: (message: Out, buffers: ArrayBuffer[] = []) => self.postMessage(message, buffers),
    onMessage: (listener: (message: In) => void) => self.addEventListener('message', ({ data }) => listener(data)),
  };
}
