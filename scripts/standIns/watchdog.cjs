/** Takes the place of native-watchdog, which ends an extension host whose parent is gone; we end the process group. */
exports.start = () => {};
exports.exit = (/** @type {number} */ code) => process.exit(code);
