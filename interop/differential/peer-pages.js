// The two pages of the peer: a sign-in that believes everybody, and a consent.

const ESCAPED = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Where a person answers what a request waits for. */
export function pageUrl(uid) {
  return `/interaction/${uid}`;
}

/** The handler of these pages. */
export function interactions(provider) {
  return async (request, response) => {
    const { uid, prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    if (request.method === 'GET') return shows(response, uid, prompt.name);
    const fields = new URLSearchParams(await text(request));
    if (prompt.name === 'consent') {
      const grant = await granted(provider, { grantId, accountId: session.accountId, clientId: params.client_id, details: prompt.details });
      const result = fields.get('decision') === 'deny' ? { error: 'access_denied' } : { consent: { grantId: await grant.save() } };
      return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
    }
    const result = { login: { accountId: fields.get('email') } };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  };
}

async function granted(provider, { grantId, accountId, clientId, details }) {
  const grant = (grantId && (await provider.Grant.find(grantId))) || new provider.Grant({ accountId, clientId });
  if (details.missingOIDCScope) grant.addOIDCScope(details.missingOIDCScope.join(' '));
  if (details.missingOIDCClaims) grant.addOIDCClaims(details.missingOIDCClaims);
  return grant;
}

function shows(response, uid, prompt) {
  const fields = prompt === 'consent'
    ? '<button name="decision" value="allow">Allow</button>'
    : '<input type="email" name="email"><input type="password" name="password"><button>Sign in</button>';
  const action = pageUrl(uid).replace(/[&<>"]/g, (character) => ESCAPED[character]);
  const page = `<!doctype html><title>${prompt}</title><form method="post" action="${action}">${fields}</form>`;
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
