/** What stands against a call, as sentences for a model: what is wrong, and what to do next. */
export class ToolError extends Error {}
