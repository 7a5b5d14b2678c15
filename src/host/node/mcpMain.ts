import { join } from 'node:path';
import { McpServer, type Tool } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { version } from '../../../package.json';
import { inputSchema, TOOLS, type ToolName } from '../../assistant/inputs.ts';
import { AssistantProcesses } from './processes/assistantProcess.ts';

const INSTRUCTIONS =
  'Region Lens reads neural network definitions statically and says how many linear regions they can have. Call analyze_network after changing a model; fit_network for a budget; count_regions for an exact number. Paths are absolute. Nothing is run and no file is changed.';

/** A server of the Model Context Protocol on standard input and output: the same tools as in VS Code. */
serveStdio(() => {
  const processes = new AssistantProcesses(join(__dirname, 'assistant.js'));
  const mcp = new McpServer(
    { name: 'region-lens', title: 'Region Lens', version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  // The tools check their input themselves: their sentences say what to do next.
  mcp.server.setRequestHandler('tools/list', () => ({ tools: (Object.keys(TOOLS) as ToolName[]).map(toolOf) }));
  mcp.server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const { text, isError } = await processes.call({ name: params.name, input: params.arguments }, mcpReq.signal);
    return { content: [{ type: 'text' as const, text }], isError };
  });
  return mcp;
});

function toolOf(name: ToolName): Tool {
  const { title, description } = TOOLS[name];
  return {
    name,
    title,
    description,
    inputSchema: inputSchema(name) as Tool['inputSchema'],
    annotations: { title, readOnlyHint: true, openWorldHint: false },
  };
}
