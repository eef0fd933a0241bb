// A web site that serves the metadata documents of clients, over https with a certificate that the server under
// test was told to trust: whoever starts that made the certificate and chose the port.

import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';

export const HOST = 'client.example';

/** Whether there is a place for such a site. */
export const canServe = Boolean(process.env.DOCUMENTS_FOLDER && process.env.DOCUMENTS_PORT);

/** Serves documents by path until it is closed: `{ '/client.json': {...} }`. */
export async function serves(documents) {
  const read = (name) => readFileSync(path.join(process.env.DOCUMENTS_FOLDER, name));
  const server = https.createServer({ key: read('site.key'), cert: read('site.pem') }, (request, response) => {
    const document = documents[request.url];
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json', 'cache-control': 'max-age=60' });
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(process.env.DOCUMENTS_PORT), '127.0.0.1', resolve);
  });
  return { close: () => new Promise((resolve) => server.close(resolve)) };
}
