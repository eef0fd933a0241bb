// Requests to the tools. The server keeps no MCP session, so a call needs no handshake before it.

import { equal } from './checks.mjs';

/** The headers of a request, without its token. */
export function headers() {
  return new Headers({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-06-18',
  });
}

/** The body of a request that calls the tool `echo`. */
export function echo(message) {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { message } } });
}

/** Throws unless the tool has said the message again. */
export async function echoes(response, message) {
  const text = await response.text();
  equal(response.status, 200, `status (${text.slice(0, 200)})`);
  const line = text.split('\n').find((part) => part.startsWith('data:') && part.includes('"result"'));
  const { result } = JSON.parse(line ? line.slice('data:'.length) : text);
  return equal(result.content.map((part) => part.text).join(''), `Tool echo: ${message}`, 'text');
}
